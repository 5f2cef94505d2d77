// What changes of others make of the rows of a list: those that stay are brought up to date in their place; what would
// move the rows under the reader's eyes is counted and offered.
import type { DataRecord } from '$/catalog/types';

export interface Merged {
  rows: DataRecord[];
  // Rows that belong to the list now and are not shown yet.
  added: string[];
  // Rows that are shown and belong to it no longer.
  gone: string[];
  // The same rows, in another order.
  moved: boolean;
}

// `looked`: the ids that were asked for; `found`: those of them that belong to the list, as they now are.
export function mergeFound(rows: readonly DataRecord[], looked: ReadonlySet<string>, found: readonly DataRecord[]): Merged {
  const now = new Map(found.map((row) => [row.id, row]));
  const shown = new Set(rows.map(({ id }) => id));
  return {
    rows: rows.map((row) => now.get(row.id) ?? row),
    added: found.filter(({ id }) => !shown.has(id)).map(({ id }) => id),
    gone: rows.filter(({ id }) => looked.has(id) && !now.has(id)).map(({ id }) => id),
    moved: false,
  };
}

// The list read again from its head. `whole`: to its end, so that a row that is not in it is gone; else it may only
// have been pushed out of what was read.
export function mergeRead(rows: readonly DataRecord[], read: readonly DataRecord[], whole: boolean): Merged {
  const now = new Map(read.map((row) => [row.id, row]));
  const shown = new Set(rows.map(({ id }) => id));
  const stay = rows.filter(({ id }) => now.has(id)).map(({ id }) => id);
  const order = read.filter(({ id }) => shown.has(id)).map(({ id }) => id);
  const missing = rows.filter(({ id }) => !now.has(id)).map(({ id }) => id);
  return {
    rows: rows.map((row) => now.get(row.id) ?? row),
    added: read.filter(({ id }) => !shown.has(id)).map(({ id }) => id),
    gone: whole ? missing : [],
    moved: stay.some((id, at) => id !== order[at]) || (!whole && missing.length > 0),
  };
}
