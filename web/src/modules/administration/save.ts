// Saves one change of a record from a table of administration; a refusal or a conflict is told, Undo is offered.
import type { DataRecord, Entity, FieldValue } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { toasts } from '$/kit/toasts.svelte';
import { change } from '$/records/change';

export async function save(kind: Entity, record: DataRecord, patch: Record<string, FieldValue>, onsaved: () => void): Promise<string | null> {
  try {
    const outcome = await change(kind, record, patch, onsaved);
    if (outcome.kind === 'saved') return null;
    if (outcome.kind === 'conflict') {
      toasts.fault(t('administration.conflict', { title: String(record[kind.title] ?? '') }));
      onsaved();
      return null;
    }
    const said = outcome.fault.errors.map((error) => error.message).join(' ') || outcome.fault.message;
    toasts.fault(said);
    onsaved();
    return said;
  } catch (fault) {
    toasts.fault((fault as Error).message);
    return (fault as Error).message;
  }
}
