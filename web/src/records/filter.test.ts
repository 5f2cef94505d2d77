// Filters: parts to formula and back, and what is no part kept as it was written.
import { describe, expect, it } from 'vitest';
import type { Entity, Field } from '$/catalog/types';
import { both, filterFormula, parseFilter, type Part } from './filter';

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({ name, label: name, type, ...more });
const entity = {
  name: 'opportunity',
  fields: [
    field('name', 'text'), field('amount', 'money'), field('close_date', 'date'), field('stage', 'reference', { target: 'stage' }),
    field('owner', 'reference', { target: 'user' }), field('type', 'choice'), field('is_open', 'boolean'), field('probability', 'percent'),
  ],
} as unknown as Entity;

const parts: [string, Part][] = [
  ['name contains', { kind: 'field', field: 'name', operator: 'contains', values: ['cold "A" chain'] }],
  ['one of several', { kind: 'field', field: 'stage', operator: 'is', values: ['1', '2'] }],
  ['none of several', { kind: 'field', field: 'type', operator: 'is_not', values: ['new', 'renewal'] }],
  ['is one', { kind: 'field', field: 'owner', operator: 'is', values: ['101'] }],
  ['is mine', { kind: 'field', field: 'owner', operator: 'me', values: [] }],
  ['stage is open', { kind: 'field', field: 'stage', operator: 'open', values: [] }],
  ['an amount', { kind: 'field', field: 'amount', operator: 'at_least', values: ['1000000'] }],
  ['a period', { kind: 'field', field: 'close_date', operator: 'within', values: ['this fiscal quarter'] }],
  ['a day', { kind: 'field', field: 'close_date', operator: 'before', values: ['2026-12-05'] }],
  ['no value', { kind: 'field', field: 'owner', operator: 'empty', values: [] }],
  ['some value', { kind: 'field', field: 'owner', operator: 'filled', values: [] }],
  ['yes', { kind: 'field', field: 'is_open', operator: 'true', values: [] }],
];

describe('a filter', () => {
  it.each(parts)('of %s survives the way to the formula and back', (_, part) => {
    expect(parseFilter(filterFormula([part], entity), entity)).toEqual([part]);
  });

  it('of all parts together survives as well', () => {
    const all = parts.map(([, part]) => part);
    expect(parseFilter(filterFormula(all, entity), entity)).toEqual(all);
  });

  it('keeps what is no part as formula', () => {
    const text = 'account.region = "South" AND amount > 2 * probability';
    expect(parseFilter(text, entity)).toEqual([
      { kind: 'formula', text: 'account.region = "South"' },
      { kind: 'formula', text: 'amount > 2 * probability' },
    ]);
  });

  it('does not split inside quotes or brackets', () => {
    const text = 'CONTAINS(name, "this AND that") AND (amount > 1 OR amount < 0)';
    expect(parseFilter(text, entity).map((part) => part.kind)).toEqual(['field', 'formula']);
  });

  it('does not take a filter apart that an OR holds together', () => {
    const text = 'amount > 5 OR amount < 1 AND name = "x"';
    expect(parseFilter(text, entity)).toEqual([{ kind: 'formula', text }]);
    expect(filterFormula(parseFilter(text, entity), entity)).toBe(text);
  });

  it('tells the function OR from the word', () => {
    const text = 'amount > 5 AND OR(name = "a", name = "b") AND NOT(OR(type = "new", type = "renewal"))';
    expect(parseFilter(text, entity).map((part) => part.kind === 'field' && `${part.field} ${part.operator}`)).toEqual(['amount over', 'name is', 'type is_not']);
    const either = 'amount > 5 OR AND(name = "a", type = "new")';
    expect(parseFilter(either, entity)).toEqual([{ kind: 'formula', text: either }]);
  });

  it('puts brackets round an OR that is joined with other parts', () => {
    const parts: Part[] = [{ kind: 'formula', text: 'amount > 1 OR amount < 0' }, { kind: 'field', field: 'owner', operator: 'me', values: [] }];
    expect(filterFormula(parts, entity)).toBe('(amount > 1 OR amount < 0) AND owner = CURRENT_USER()');
    expect(both('a OR b', 'c')).toBe('(a OR b) AND c');
  });

  it('leaves out a part that is not finished', () => {
    expect(filterFormula([{ kind: 'field', field: 'name', operator: 'contains', values: [''] }], entity)).toBe('');
  });

  it('does not take a comparison that the field has no operator for', () => {
    expect(parseFilter('name > "a"', entity)[0]!.kind).toBe('formula');
    expect(parseFilter('unknown = "a"', entity)[0]!.kind).toBe('formula');
  });
});
