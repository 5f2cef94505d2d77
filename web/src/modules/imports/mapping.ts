// The state of an import being prepared: which column fills which field, and what is asked of the server.

export interface Suggestion {
  field: string;
  confidence: number;
  why?: string;
}

export interface FileColumn {
  index: number;
  name: string;
  samples: string[];
  // The decimal sign and the order of days that its values show; empty where they tell nothing.
  decimal?: string;
  dates?: string;
  suggested: Suggestion | null;
}

export interface Upload {
  id: string;
  filename: string;
  format: string;
  encoding?: string | null;
  separator?: string | null;
  decimal?: string | null;
  dates?: string | null;
  sheet?: string | null;
  sheets?: string[];
  // Merged cells of a workbook: "first" has the value, or "fill" each of them; empty: there are none.
  merged?: string;
  columns: FileColumn[];
  rows: number;
  notes?: { code: string; message: string }[];
  entity_suggested?: string | null;
  key_suggested?: string[];
  entity?: string | null;
}

export interface MappingRow {
  column: number;
  field: string | null;
  // How sure the match is: made by a person, suggested with confidence, or in need of a look.
  state: 'chosen' | 'sure' | 'check' | 'left';
  // What a value written in the file means ("Mien Nam 2" is "South").
  values?: Record<string, string>;
}

export interface Reading {
  encoding?: string;
  separator?: string;
  decimal?: string;
  dates?: string;
  sheet?: string;
  merged?: string;
}

export interface ImportPlan {
  entity: string;
  rows: MappingRow[];
  key: string[];
  onMatch: 'update' | 'skip' | 'create';
  empty: 'keep' | 'clear';
  // What is named but does not exist: refused, or created.
  missing: 'refuse' | 'create';
  // Good rows are taken though others are refused.
  partial: boolean;
  // Fields that were edited here since the last import: whose value stands. Ours where nothing is said.
  edited?: Record<string, Whose>;
  reading: Reading;
}

export type Whose = 'ours' | 'theirs' | 'ask';

export const sureFrom = 0.8;

export function suggestedRows(columns: readonly FileColumn[]): MappingRow[] {
  const taken = new Set<string>();
  // The surest suggestion gets a field that two columns want.
  const order = [...columns].sort((a, b) => (b.suggested?.confidence ?? 0) - (a.suggested?.confidence ?? 0));
  const rows = new Map<number, MappingRow>();
  for (const column of order) {
    const wanted = column.suggested?.field ?? null;
    if (wanted === null || taken.has(wanted)) {
      rows.set(column.index, { column: column.index, field: null, state: 'left' });
    } else {
      taken.add(wanted);
      const sure = (column.suggested?.confidence ?? 0) >= sureFrom;
      rows.set(column.index, { column: column.index, field: wanted, state: sure ? 'sure' : 'check' });
    }
  }
  return columns.map((column) => rows.get(column.index) ?? { column: column.index, field: null, state: 'left' });
}

// Choosing a field for a column takes it from the column that had it: a field is filled once.
export function choose(rows: readonly MappingRow[], column: number, field: string | null): MappingRow[] {
  return rows.map((row) => {
    if (row.column === column) return { column, field, state: 'chosen', ...(row.values && row.field === field ? { values: row.values } : {}) };
    if (field !== null && row.field === field) return { column: row.column, field: null, state: 'left' };
    return row;
  });
}

export function matchedCount(rows: readonly MappingRow[]): number {
  return rows.filter((row) => row.field !== null).length;
}

export function toCheck(rows: readonly MappingRow[]): MappingRow[] {
  return rows.filter((row) => row.state === 'check');
}

// A value of the file means another, or nothing (null); an empty meaning takes the translation away.
export function translate(rows: readonly MappingRow[], field: string, from: string, to: string | null): MappingRow[] {
  return rows.map((row) => {
    if (row.field !== field) return row;
    const { [from]: _gone, ...others } = row.values ?? {};
    const values = to === '' ? others : { ...others, [from]: to ?? '' };
    return { ...row, state: 'chosen', values: Object.keys(values).length > 0 ? values : undefined };
  });
}

// A saved mapping names columns by their heads, so that it fits next week's file with its columns in another order.
export interface SavedMapping {
  name: string;
  entity: string;
  fields: Record<string, string>;
  values?: Record<string, Record<string, string>>;
  key: string[];
  on_match: ImportPlan['onMatch'];
  empty: ImportPlan['empty'];
}

function folded(text: string): string {
  return text.trim().toLocaleLowerCase().normalize('NFC');
}

export function savedFrom(name: string, plan: ImportPlan, columns: readonly FileColumn[]): SavedMapping {
  const fields: Record<string, string> = {};
  const values: Record<string, Record<string, string>> = {};
  for (const row of plan.rows) {
    const head = columns.find((column) => column.index === row.column)?.name;
    if (head === undefined || row.field === null) continue;
    fields[head] = row.field;
    if (row.values) values[row.field] = row.values;
  }
  return { name, entity: plan.entity, fields, values, key: plan.key, on_match: plan.onMatch, empty: plan.empty };
}

export function applySaved(saved: SavedMapping, columns: readonly FileColumn[]): MappingRow[] {
  const byName = new Map(Object.entries(saved.fields).map(([name, field]) => [folded(name), field]));
  const taken = new Set<string>();
  return columns.map((column) => {
    const field = byName.get(folded(column.name));
    if (field === undefined || taken.has(field)) return { column: column.index, field: null, state: 'left' };
    taken.add(field);
    const values = saved.values?.[field];
    return { column: column.index, field, state: 'chosen', ...(values ? { values } : {}) };
  });
}

export interface ImportBody {
  entity: string;
  mapping: { column: number; field: string; values?: Record<string, string> }[];
  key: string[];
  on_match: ImportPlan['onMatch'];
  empty: ImportPlan['empty'];
  missing: ImportPlan['missing'];
  partial: boolean;
  edited?: Record<string, Whose>;
  reading: Reading;
}

export function bodyOf(plan: ImportPlan): ImportBody {
  const mapping = plan.rows.flatMap(({ column, field, values }) => (field === null ? [] : [{ column, field, ...(values ? { values } : {}) }]));
  const filled = new Set(mapping.map((each) => each.field));
  return {
    entity: plan.entity,
    mapping,
    key: plan.key.filter((field) => filled.has(field)),
    on_match: plan.onMatch,
    empty: plan.empty,
    missing: plan.missing,
    partial: plan.partial,
    ...(plan.edited && Object.keys(plan.edited).length > 0 ? { edited: plan.edited } : {}),
    reading: plan.reading,
  };
}

// The plan that was asked for last, as it was left; columns that it does not name are left out.
export function planFrom(body: Partial<ImportBody> & { entity: string }, columns: readonly FileColumn[]): ImportPlan {
  const byColumn = new Map((body.mapping ?? []).map((each) => [each.column, each]));
  return {
    entity: body.entity,
    rows: columns.map(({ index }) => {
      const known = byColumn.get(index);
      return known ? { column: index, field: known.field, state: 'chosen', ...(known.values ? { values: known.values } : {}) } : { column: index, field: null, state: 'left' };
    }),
    key: body.key ?? [],
    onMatch: body.on_match ?? 'update',
    empty: body.empty ?? 'keep',
    missing: body.missing ?? 'refuse',
    partial: body.partial ?? true,
    ...(body.edited ? { edited: body.edited } : {}),
    reading: body.reading ?? {},
  };
}

// Required fields that nothing fills: said before the dry run, beside the columns.
export function unfilled(required: readonly string[], rows: readonly MappingRow[]): string[] {
  const filled = new Set(rows.map((row) => row.field));
  return required.filter((field) => !filled.has(field));
}

export interface Repair {
  kind: string;
  field: string;
  from: string;
  to: string;
  label: string;
}

export interface Reason {
  code: string;
  field?: string | null;
  message: string;
  count: number;
  example?: { row: number; value: string } | null;
  repair?: Repair | null;
}

const ofOneValue = ['no_such_record', 'ambiguous_reference', 'ambiguous_row', 'unknown_choice', 'not_yes_or_no', 'not_a_number', 'not_whole', 'not_a_date', 'not_an_email', 'not_a_phone', 'not_a_web_address', 'tax_code_check_digit', 'tax_code_none', 'tax_code_lost_zero', 'tax_code_branch', 'tax_code_form'];

// Is it about one written value, which could be left out in all its rows?
export function emptiable(reason: Reason): boolean {
  return ofOneValue.includes(reason.code) && Boolean(reason.field) && Boolean(reason.example?.value);
}

export interface Edited {
  field: string;
  rows: number;
  // Rows in which the source says something new as well.
  contradict: number;
  example: { row: number; ours: string; theirs: string };
}

export interface Check {
  // False while only the first rows have been looked at.
  complete: boolean;
  checked: number;
  create: number;
  update: number;
  unchanged: number;
  skip: number;
  duplicate: number;
  refused: number;
  reasons: Reason[];
  // Rows that are taken with a value that is odd, in groups as the refused ones.
  odd?: number;
  odd_reasons?: Reason[];
  // Rows of which a value edited here stands against the file's, and the fields it is about.
  kept?: number;
  edited?: Edited[];
  seconds: number;
}

export const segmentNames = ['create', 'update', 'unchanged', 'skip', 'duplicate', 'refused'] as const;
export type SegmentName = (typeof segmentNames)[number];

export interface Segment {
  name: SegmentName;
  count: number;
  percent: number;
}

// The parts of the stacked bar. A part that exists is never thinner than one hundredth, so that 12 refused
// among a million are still seen; the widest part gives what the others take.
export function segments(check: Check): Segment[] {
  const all = segmentNames.map((name) => ({ name, count: check[name] }));
  const total = all.reduce((sum, part) => sum + part.count, 0);
  if (total === 0) return [];
  const parts = all.filter((part) => part.count > 0).map((part) => ({ ...part, percent: Math.max(1, (part.count / total) * 100) }));
  const excess = parts.reduce((sum, part) => sum + part.percent, 0) - 100;
  const widest = parts.reduce((best, part) => (part.percent > best.percent ? part : best));
  widest.percent -= excess;
  return parts;
}

export function rowsToImport(check: Check): number {
  return check.create + check.update;
}

// Keys by which a record of the file is known to be one that exists, the surest first; the server's own proposal,
// which has seen the values, stands over them.
const usualKeys = ['id', 'external_id', 'code', 'sku', 'tax_code', 'email'];

export function usualKey(rows: readonly MappingRow[]): string[] {
  const filled = new Set(rows.map((row) => row.field));
  const found = usualKeys.find((field) => filled.has(field));
  return found === undefined ? [] : [found];
}
