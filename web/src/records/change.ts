// Changes one record and offers Undo; a conflict comes back to whoever asked, with the record as it now is.
import { records, Refused } from '$/catalog/client';
import { field as fieldOf } from '$/catalog/session.svelte';
import type { DataRecord, Entity, FieldValue } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { toasts } from '$/kit/toasts.svelte';
import { same } from './draft';

export type Outcome =
  | { kind: 'saved'; record: DataRecord }
  | { kind: 'conflict'; current: DataRecord }
  | { kind: 'refused'; fault: Refused };

export async function change(
  entity: Entity,
  record: DataRecord,
  patch: Record<string, FieldValue>,
  onsaved: (record: DataRecord) => void,
  overwrite = false,
): Promise<Outcome> {
  const names = Object.keys(patch);
  const before = Object.fromEntries(names.map((name) => [name, plain(record[name])]));
  try {
    const saved = await records.change(entity.plural, record, patch, overwrite);
    onsaved(saved);
    const label = fieldOf(entity, names[0]!)?.label ?? names[0]!;
    toasts.show({
      text: t('records.changed', { field: label, title: String(record[entity.title] ?? '') }),
      undo: async () => {
        try {
          onsaved(await records.change(entity.plural, saved, before));
        } catch (fault) {
          toasts.fault(t('records.undo_refused', { why: (fault as Error).message }));
        }
      },
    });
    return { kind: 'saved', record: saved };
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    if (fault.status === 412 && fault.problem.current) return conflictOrSave(entity, record, fault.problem.current, patch, onsaved, overwrite);
    return { kind: 'refused', fault };
  }
}

// Somebody saved in between. When he touched other fields, ours goes through on top of his.
async function conflictOrSave(
  entity: Entity,
  record: DataRecord,
  current: DataRecord,
  patch: Record<string, FieldValue>,
  onsaved: (record: DataRecord) => void,
  overwrite: boolean,
): Promise<Outcome> {
  const touched = Object.keys(patch).some((name) => !same(record[name], current[name]));
  if (touched && !overwrite) return { kind: 'conflict', current };
  return change(entity, { ...record, ...current }, patch, onsaved, overwrite);
}

const plain = (value: unknown): FieldValue => {
  if (value && typeof value === 'object' && 'id' in value) return (value as { id: string }).id;
  return (value ?? null) as FieldValue;
};
