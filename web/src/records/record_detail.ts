// The few words beside a record's title that tell it from others of the same name.
import { records } from '$/catalog/client';
import { isMoney, isReference, type DataRecord, type Entity } from '$/catalog/types';
import { moneyShort } from '$/kit/format';

// In the order in which they are shown; each kind has some of them.
const telling = ['job_title', 'company', 'account', 'stage', 'amount', 'due_on', 'city', 'industry', 'email'];

export const detailFields = (kind: Entity): string[] => telling.filter((name) => name !== kind.title && kind.fields.some((field) => field.name === name));

export function detailOf(record: Record<string, unknown>, title: string): string {
  const words = telling.flatMap((name) => {
    const value = record[name];
    if (isMoney(value)) return moneyShort(value);
    const text = isReference(value) ? value.title : typeof value === 'string' ? value : '';
    // A deal that begins with its account's name does not say it twice.
    return text && !title.startsWith(text) ? text : [];
  });
  return words.slice(0, 3).join(' · ');
}

// Details of several records of one kind, by id.
export async function readDetails(kind: Entity, ids: string[], signal: AbortSignal): Promise<Record<string, string>> {
  const fields = [kind.title, ...detailFields(kind)];
  const answer = await records.list(kind.plural, { filter: ids.map((id) => `id = "${id}"`).join(' OR '), fields: fields.join(','), limit: ids.length, count: 'none' }, signal);
  return Object.fromEntries(answer.data.map((record: DataRecord) => [record.id, detailOf(record, String(record[kind.title] ?? ''))]));
}
