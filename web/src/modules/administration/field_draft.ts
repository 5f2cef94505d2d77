// A field of the company's own, as it is written in the dialog and as the server takes it.
import type { FieldType } from '$/catalog/types';

export const fieldTypes: readonly FieldType[] = ['text', 'whole', 'decimal', 'percent', 'money', 'date', 'instant', 'duration', 'boolean', 'choice', 'reference'];

export interface CustomField {
  entity: string;
  name: string;
  label: string;
  help: string;
  type: FieldType;
  target: string;
  choices: { value: string; label: string }[];
  required: boolean;
  search: boolean;
  dimension: boolean;
  measure: boolean;
}

export function emptyField(entity: string): CustomField {
  return { entity, name: '', label: '', help: '', type: 'text', target: '', choices: [], required: false, search: false, dimension: false, measure: false };
}

// A stable word from what people read: "Đã ký hợp đồng" becomes "da_ky_hop_dong".
export function wordOf(label: string): string {
  return label
    .normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase()
    .replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
}

// Choices are written one a line; a choice that existed keeps its word when its label stays.
export function choicesOf(text: string, before: CustomField['choices']): CustomField['choices'] {
  const seen = new Set<string>();
  return text.split('\n').map((line) => line.trim()).filter(Boolean).flatMap((label) => {
    const value = before.find((choice) => choice.label === label)?.value ?? wordOf(label);
    if (value === '' || seen.has(value)) return [];
    seen.add(value);
    return [{ value, label }];
  });
}

export const sums = (type: FieldType): boolean => ['whole', 'decimal', 'money', 'duration'].includes(type);
export const groups = (type: FieldType): boolean => ['choice', 'reference', 'boolean', 'text'].includes(type);

// What is sent: only what the type can have, and on a change only what may change.
export function bodyOf(field: CustomField, made: boolean): Record<string, unknown> {
  const shared = {
    label: field.label.trim(), help: field.help.trim(), required: field.required,
    search: field.type === 'text' && field.search,
    dimension: groups(field.type) && field.dimension,
    measure: sums(field.type) && field.measure,
    ...(field.type === 'choice' ? { choices: field.choices } : {}),
  };
  if (made) return shared;
  const word = wordOf(field.name || field.label);
  return { entity: field.entity, ...(word ? { name: `x_${word.replace(/^x_/, '')}` } : {}), type: field.type, ...(field.type === 'reference' ? { target: field.target } : {}), ...shared };
}
