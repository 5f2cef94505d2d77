// The shapes of the REST contract (docs/reference/api.md): catalogue, records, lists and refusals.
export type FieldType =
  | 'boolean' | 'whole' | 'decimal' | 'percent' | 'money' | 'text' | 'date' | 'instant'
  | 'duration' | 'choice' | 'reference' | 'list';

export interface Choice {
  value: string;
  label: string;
}

export interface Field {
  name: string;
  label: string;
  type: FieldType;
  help?: string;
  required?: boolean;
  read_only?: boolean;
  custom?: boolean;
  system?: boolean;
  computed?: boolean | string;
  search?: boolean;
  list?: boolean;
  dimension?: boolean;
  measure?: boolean;
  long_text?: boolean;
  many?: boolean;
  target?: string;
  back?: string;
  meaning?: string;
  // Compared when looking for duplicates.
  duplicate_key?: boolean;
  changed_by?: string;
  choices?: Choice[];
  access?: 'read' | 'write';
  scale?: number;
  length_max?: number;
}

export interface Parameter {
  name: string;
  label: string;
  type: FieldType;
  required?: boolean;
  target?: string;
  choices?: Choice[];
  help?: string;
}

export interface EntityAction {
  name: string;
  label: string;
  help?: string;
  parameters: Parameter[];
}

export type Ability = 'create' | 'read' | 'update' | 'remove' | 'export' | 'bulk' | 'import';

export interface Entity {
  name: string;
  plural: string;
  label: string;
  label_plural: string;
  title: string;
  icon?: string;
  help?: string;
  big?: boolean;
  module: string;
  may: Partial<Record<Ability, boolean>>;
  fields: Field[];
  actions: EntityAction[];
}

export interface User {
  id: string;
  name: string;
  email: string;
  administrator?: boolean;
  language?: string;
}

export interface Catalog {
  version: string;
  currency: string;
  language: string;
  company: string;
  zone: string;
  fiscal_year_start_month: number;
  user: User;
  entities: Entity[];
}

export interface Reference {
  id: string;
  title: string;
}

export interface MoneyValue {
  amount: string;
  currency: string;
}

export type FieldValue = string | number | boolean | null | Reference | MoneyValue | FieldValue[] | undefined;

export interface OfferedAction {
  name: string;
  label: string;
  parameters?: Parameter[];
  allowed: boolean;
  why?: string;
}

// A record as the API writes it; every other key is a field of its entity.
export interface DataRecord {
  id: string;
  version?: number;
  _actions?: OfferedAction[];
  _may?: { update?: boolean; remove?: boolean };
  [field: string]: unknown;
}

export interface Page {
  next?: string | null;
  prev?: string | null;
  has_more: boolean;
  count?: number | null;
}

export interface ListAnswer {
  data: DataRecord[];
  page: Page;
}

export interface FaultDetail {
  pointer?: string;
  code: string;
  message: string;
  params?: Record<string, string | number>;
}

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code: string;
  request_id?: string;
  errors?: FaultDetail[];
  current?: DataRecord;
}

export interface HistoryEntry {
  seq: number;
  recorded_at: string;
  effective_at: string;
  actor: Reference | null;
  kind: string;
  fields: { name: string; before: FieldValue; after: FieldValue }[];
  batch?: string | null;
}

export interface BulkAnswer {
  batch?: string;
  results: { index: number; id?: string; status: number; errors?: FaultDetail[] }[];
  done: number;
  refused: number;
}

export interface SearchHit {
  entity: string;
  id: string;
  title: string;
  detail?: string;
}

export interface QueryGroup {
  [key: string]: unknown;
}

export function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'id' in value;
}

export function isMoney(value: unknown): value is MoneyValue {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}
