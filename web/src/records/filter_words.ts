// The parts of a filter in words, as their targets show them.
import { entity as entityOf } from '$/catalog/session.svelte';
import type { Entity, Field } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { dayYear, number } from '$/kit/format';
import { takesValue, type FieldPart, type Part } from './filter';
import { lookups } from './lookups.svelte';

function valueWords(field: Field, part: FieldPart, value: string): string {
  if (field.type === 'reference') {
    const target = field.target ? entityOf(field.target) : undefined;
    if (field.target === 'stage') return lookups.stage(value)?.name ?? value;
    return target ? lookups.title(target.name, value) : value;
  }
  if (field.type === 'choice') return field.choices?.find((choice) => choice.value === value)?.label ?? value;
  if (part.operator === 'within') return t(`records.period_${value.replaceAll(' ', '_')}`);
  if (field.type === 'date' || field.type === 'instant') return value ? dayYear(value) : '';
  if (field.type === 'percent') return value.endsWith('%') ? value : `${number(Number(value) * 100)}%`;
  return /^-?\d+(\.\d+)?$/.test(value) && field.type !== 'text' ? number(value) : value;
}

export function valuesWords(field: Field, part: FieldPart): string {
  const values = part.values.map((value) => valueWords(field, part, value));
  return values.length > 2 ? t('records.values', { first: values[0] ?? '', count: values.length - 1 }) : values.join(', ');
}

export function partWords(entity: Entity, part: Part): string {
  const field = part.kind === 'field' ? entity.fields.find(({ name }) => name === part.field) : undefined;
  if (part.kind === 'formula' || !field) return part.kind === 'formula' ? part.text : part.field;
  const operator = t(`records.operator_${part.operator}`);
  return takesValue(part.operator) ? `${field.label} ${operator} ${valuesWords(field, part)}` : `${field.label} ${operator}`;
}
