// A field's value as it is typed, and back to what the API takes. Empty text is no value.
import type { Field, FieldValue, MoneyValue, Reference } from '$/catalog/types';
import { isMoney, isReference } from '$/catalog/types';
import { locale } from '$/i18n/index.svelte';
import { number, parseNumber } from '$/kit/format';

// What an editor holds: text for nearly all, true or false for a boolean, a reference with its title.
export interface Draft {
  text: string;
  title?: string;
  currency?: string;
}

export function toDraft(field: Field, value: unknown): Draft {
  if (value === null || value === undefined) return { text: field.type === 'boolean' ? 'false' : '', currency: locale.currency };
  if (isReference(value)) return { text: value.id, title: value.title };
  if (isMoney(value)) return { text: plainNumber(value.amount), currency: value.currency };
  switch (field.type) {
    case 'percent':
      return { text: plainNumber(shift(String(value), 2)) };
    case 'decimal':
    case 'whole':
      return { text: plainNumber(String(value)) };
    case 'duration':
      return { text: plainNumber(String(Number(value) / 60)) };
    default:
      return { text: String(value) };
  }
}

// As it is typed: grouped, with the language's decimal sign, all digits.
function plainNumber(text: string): string {
  return number(text, { least: 0, most: 12 }).replace('−', '-');
}

// Moves the point of a decimal text, exactly: shift("0.05", 2) is "5".
export function shift(text: string, by: number): string {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = by >= 0 ? whole + fraction.padEnd(by, '0').slice(0, by) : whole.padStart(-by + 1, '0');
  const point = by >= 0 ? digits.length : digits.length + by;
  const rest = by >= 0 ? fraction.slice(by) : digits.slice(point) + fraction;
  const left = (by >= 0 ? digits : digits.slice(0, point)).replace(/^0+(?=\d)/, '') || '0';
  const right = rest.replace(/0+$/, '');
  const body = right ? `${left}.${right}` : left;
  return negative && body !== '0' ? `-${body}` : body;
}

export type Taken = { ok: true; value: FieldValue } | { ok: false; reason: 'number' | 'whole' | 'length' };

export function fromDraft(field: Field, draft: Draft): Taken {
  const text = field.long_text ? draft.text : draft.text.trim();
  if (field.type === 'boolean') return { ok: true, value: text === 'true' };
  if (text === '') return { ok: true, value: null };
  switch (field.type) {
    case 'reference':
      return { ok: true, value: text };
    case 'money': {
      const amount = parseNumber(text);
      return amount === null ? { ok: false, reason: 'number' } : { ok: true, value: { amount, currency: draft.currency || locale.currency } };
    }
    case 'percent': {
      const share = parseNumber(text);
      return share === null ? { ok: false, reason: 'number' } : { ok: true, value: shift(share, -2) };
    }
    case 'decimal': {
      const value = parseNumber(text);
      return value === null ? { ok: false, reason: 'number' } : { ok: true, value };
    }
    case 'duration': {
      const minutes = parseNumber(text);
      return minutes === null ? { ok: false, reason: 'number' } : { ok: true, value: Math.round(Number(minutes) * 60) };
    }
    case 'whole': {
      const value = parseNumber(text);
      if (value === null) return { ok: false, reason: 'number' };
      return value.includes('.') ? { ok: false, reason: 'whole' } : { ok: true, value: Number(value) };
    }
    default:
      if (field.length_max && text.length > field.length_max) return { ok: false, reason: 'length' };
      return { ok: true, value: text };
  }
}

// Whether two values of a field are the same, whatever shape they have.
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(core(a)) === JSON.stringify(core(b));
}

function core(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  if (isReference(value)) return (value as Reference).id;
  if (isMoney(value)) {
    const { amount, currency } = value as MoneyValue;
    return `${shift(amount, 0)} ${currency}`;
  }
  if (typeof value === 'string' && /^-?\d+\.\d+$/.test(value)) return shift(value, 0);
  return value;
}

// What can be edited by hand: stored, writable, and not a system field.
export function editable(field: Field): boolean {
  return !field.read_only && !field.system && !field.computed && !field.many && field.access !== 'read';
}
