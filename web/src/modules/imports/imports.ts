// What the server says of imports, and the calls about them.
import { address, api } from '$/catalog/client';
import { session } from '$/catalog/session.svelte';
import type { Entity, Field, Reference } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import type { Check, ImportBody, Reading, SavedMapping, Upload } from './mapping';

export type ImportStateName = 'open' | 'running' | 'done' | 'failed' | 'undone';

export interface ImportResult {
  batch?: string | null;
  created?: number;
  updated?: number;
  unchanged?: number;
  skipped?: number;
  refused?: number;
  odd?: number;
}

export interface PastImport {
  id: string;
  filename: string;
  entity: string | null;
  rows: number;
  state: ImportStateName;
  created: string;
  batch: string | null;
  counts: ImportResult | null;
  user: Reference | string | null;
}

export interface OpenImport extends Upload {
  state: ImportStateName;
  plan: ImportBody | null;
  check: Check | null;
  job: string | null;
  batch: string | null;
  result: ImportResult | null;
}

export interface Job {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  progress: number;
  message: string;
  result?: unknown;
}

export const imports = {
  list: async () => (await api.get<{ data: PastImport[] }>('/imports')).data,
  get: (id: string) => api.get<OpenImport>(`/imports/${id}`),
  upload: (file: File, entity?: string) => api.upload<Upload>('/imports', new Blob([file], { type: 'application/octet-stream' }), { filename: file.name, entity }),
  look: (id: string, entity: string, reading: Reading) => api.post<Upload>(`/imports/${id}/look`, { entity, reading }),
  check: (id: string, body: ImportBody, rows: number | null, signal: AbortSignal) =>
    api.post<Check>(`/imports/${id}/check`, rows === null ? body : { ...body, rows }, { signal }),
  run: (id: string, body: ImportBody) => api.post<{ job: string }>(`/imports/${id}/run`, body),
  undo: (id: string) => api.post<{ job?: string }>(`/imports/${id}/undo`),
  drop: (id: string) => api.remove<void>(`/imports/${id}`),
  job: (id: string) => api.get<Job>(`/jobs/${id}`),
  cancel: (id: string) => api.post<void>(`/jobs/${id}/cancel`),
  refused: (id: string) => address(`/imports/${id}/refused`),
  odd: (id: string) => address(`/imports/${id}/odd`),
  mappings: async () => (await api.get<{ data: SavedMapping[] }>('/import-mappings')).data,
  keepMapping: (mapping: SavedMapping) => api.put<void>(`/import-mappings/${encodeURIComponent(mapping.name)}`, mapping),
  dropMapping: (name: string) => api.remove<void>(`/import-mappings/${encodeURIComponent(name)}`),
};

const usual = ['account', 'contact', 'opportunity', 'lead', 'product', 'activity', 'task'];

// Kinds of records that the reader may import, the usual ones first.
export function importableKinds(): Entity[] {
  const place = ({ name }: Entity) => (usual.indexOf(name) + 1 || usual.length + 1);
  return (session.catalog?.entities ?? []).filter((entity) => entity.may.import).sort((a, b) => place(a) - place(b));
}

// Fields that a file may fill: those one may write, and those that an action changes (a stage).
// Amounts have their currency beside them; what the server proposes is offered too.
export function importable(of: Entity, suggested: readonly string[] = []): Field[] {
  const usable = (field: Field) =>
    suggested.includes(field.name) || (!field.many && field.type !== 'list' && !field.computed && !field.system && field.access !== 'read' && (!field.read_only || Boolean(field.changed_by)));
  return of.fields.filter(usable).flatMap((field): Field[] =>
    field.type === 'money' ? [field, { name: `${field.name}.currency`, label: t('imports.currency_of', { field: field.label }), type: 'text', meaning: 'currency' }] : [field],
  );
}

const icons: Record<string, string> = {
  text: 'type', whole: 'hash', decimal: 'hash', percent: 'percent', money: 'banknote', date: 'calendar', instant: 'clock', duration: 'clock', boolean: 'check', choice: 'list', reference: 'link',
};
const meanings: Record<string, string> = { currency: 'coins', email: 'mail', phone: 'phone', owner: 'user' };

export function iconOf(field: Field | undefined): string {
  if (!field) return 'ban';
  return meanings[field.meaning ?? ''] ?? (field.target === 'user' ? 'user' : (icons[field.type] ?? 'type'));
}
