// Whether changes of others touch a short list that stands on a page: one small question instead of reading it anew.
import { records } from '$/catalog/client';
import type { DataRecord } from '$/catalog/types';
import { both, changes, ofIds, older, type Change } from './changes.svelte';

export async function touched(plural: string, filter: string, rows: readonly DataRecord[], change: Change): Promise<boolean> {
  if (change.here || change.records === null) return true;
  if (rows.some((row) => older(row, change.records!.get(row.id)))) return true;
  const shown = new Set(rows.map(({ id }) => id));
  const others = [...change.records.keys()].filter((id) => !shown.has(id) && !changes.isMine(id));
  if (others.length === 0) return false;
  try {
    const answer = await records.list(plural, { filter: both(filter, ofIds(others)), limit: 1, fields: 'id', count: 'none' });
    return answer.data.length > 0;
  } catch {
    return false;
  }
}
