// The state of an import being prepared: which column fills which field, and what is asked of the server.

export interface Suggestion {
  field: string | null;
  confidence: number;
  why?: string;
}

export interface FileColumn {
  index: number;
  name: string;
  samples: string[];
  suggested: Suggestion | null;
}

export interface Upload {
  id: string;
  format: string;
  encoding?: string;
  separator?: string;
  decimal?: string;
  dates?: string;
  sheet?: string;
  sheets?: string[];
  columns: FileColumn[];
  rows: number;
  notes?: string[];
}

export interface MappingRow {
  column: number;
  field: string | null;
  // How sure the match is: made by a person, suggested with confidence, or in need of a look.
  state: 'chosen' | 'sure' | 'check' | 'left';
}

export interface Reading {
  encoding?: string;
  separator?: string;
  decimal?: string;
  dates?: string;
  sheet?: string;
}

export interface ImportPlan {
  entity: string;
  rows: MappingRow[];
  key: string[];
  onMatch: 'update' | 'skip' | 'create';
  empty: 'keep' | 'clear';
  reading: Reading;
}

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
    if (row.column === column) return { column, field, state: 'chosen' };
    if (field !== null && row.field === field) return { ...row, field: null, state: 'left' };
    return row;
  });
}

export function matchedCount(rows: readonly MappingRow[]): number {
  return rows.filter((row) => row.field !== null).length;
}

export function toCheck(rows: readonly MappingRow[]): MappingRow[] {
  return rows.filter((row) => row.state === 'check');
}

// A saved mapping names columns by their heads, so that it fits next week's file with its columns in another order.
export interface SavedMapping {
  entity: string;
  fields: Record<string, string>;
  key: string[];
  on_match: ImportPlan['onMatch'];
  empty: ImportPlan['empty'];
}

function folded(text: string): string {
  return text.trim().toLocaleLowerCase().normalize('NFC');
}

export function savedFrom(plan: ImportPlan, columns: readonly FileColumn[]): SavedMapping {
  const fields: Record<string, string> = {};
  for (const row of plan.rows) {
    const name = columns.find((column) => column.index === row.column)?.name;
    if (name !== undefined && row.field !== null) fields[name] = row.field;
  }
  return { entity: plan.entity, fields, key: plan.key, on_match: plan.onMatch, empty: plan.empty };
}

export function applySaved(saved: SavedMapping, columns: readonly FileColumn[]): MappingRow[] {
  const byName = new Map(Object.entries(saved.fields).map(([name, field]) => [folded(name), field]));
  return columns.map((column) => {
    const field = byName.get(folded(column.name)) ?? null;
    return { column: column.index, field, state: field === null ? 'left' : 'chosen' };
  });
}

export interface CheckBody {
  entity: string;
  mapping: { column: number; field: string }[];
  key: string[];
  on_match: string;
  empty: string;
  options: Reading;
}

export function bodyOf(plan: ImportPlan): CheckBody {
  const mapping = plan.rows.flatMap((row) => (row.field === null ? [] : [{ column: row.column, field: row.field }]));
  const filled = new Set(mapping.map((each) => each.field));
  return {
    entity: plan.entity,
    mapping,
    key: plan.key.filter((field) => filled.has(field)),
    on_match: plan.onMatch,
    empty: plan.empty,
    options: plan.reading,
  };
}

// Required fields that nothing fills: said before the dry run, beside the columns.
export function unfilled(required: readonly string[], rows: readonly MappingRow[]): string[] {
  const filled = new Set(rows.map((row) => row.field));
  return required.filter((field) => !filled.has(field));
}

export interface Reason {
  code: string;
  field?: string;
  message: string;
  count: number;
  example?: { row: number; value: string };
  repair?: string | null;
}

export interface Check {
  create: number;
  update: number;
  skip: number;
  duplicate: number;
  refused: number;
  reasons: Reason[];
}

export type SegmentName = 'create' | 'update' | 'skip' | 'duplicate' | 'refused';

export interface Segment {
  name: SegmentName;
  count: number;
  percent: number;
}

// The parts of the stacked bar. A part that exists is never thinner than one hundredth, so that 12 refused
// among a million are still seen; the widest part gives what the others take.
export function segments(check: Check): Segment[] {
  const names: SegmentName[] = ['create', 'update', 'skip', 'duplicate', 'refused'];
  const all = names.map((name) => ({ name, count: check[name] }));
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
