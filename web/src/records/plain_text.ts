// A value as plain words, for tables that only show.
import type { Field } from '$/catalog/types';
import { isMoney, isReference } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { dayYear, money, number, percent, relativeDay } from '$/kit/format';

export function plainText(value: unknown, field: Pick<Field, 'type' | 'choices'>): string {
  if (value === null || value === undefined || value === '') return '—';
  if (isReference(value)) return value.title;
  if (isMoney(value)) return money(value);
  switch (field.type) {
    case 'boolean': return value === true ? t('records.yes') : t('records.no');
    case 'choice': return field.choices?.find((choice) => choice.value === value)?.label ?? String(value);
    case 'percent': return percent(String(value), 2);
    case 'whole':
    case 'decimal': return number(String(value), { most: 6 });
    case 'date': return dayYear(String(value));
    case 'instant': return relativeDay(String(value));
    default: return String(value);
  }
}
