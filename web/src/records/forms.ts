// Drafts of a whole form: begun from known values, read into what the API takes, faults in words.
import type { Entity, Field, FieldValue } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { editable, fromDraft, toDraft, type Draft } from './draft';

export function draftsOf(fields: Field[], known: Record<string, unknown>): Record<string, Draft> {
  const drafts: Record<string, Draft> = {};
  for (const field of fields) if (field.name in known) drafts[field.name] = toDraft(field, known[field.name]);
  return drafts;
}

export interface Read {
  values: Record<string, FieldValue>;
  faults: Record<string, string>;
}

export function readForm(entity: Entity, drafts: Record<string, Draft>): Read {
  const values: Record<string, FieldValue> = {};
  const faults: Record<string, string> = {};
  for (const field of entity.fields.filter(editable)) {
    const draft = drafts[field.name];
    const empty = !draft || (draft.text.trim() === '' && field.type !== 'boolean');
    if (empty) {
      // What the server fills in by itself is not asked for: an owner, a date, a choice with a first value.
      if (field.required && field.type === 'text') faults[field.name] = t('records.required', { field: field.label });
      continue;
    }
    const taken = fromDraft(field, draft);
    if (taken.ok) values[field.name] = taken.value;
    else faults[field.name] = faultText(field, taken.reason);
  }
  return { values, faults };
}

export function faultText(field: Field, reason: 'number' | 'whole' | 'length'): string {
  if (reason === 'length') return t('records.too_long', { count: field.length_max ?? 0 });
  return reason === 'whole' ? t('records.not_whole') : t('records.not_number');
}
