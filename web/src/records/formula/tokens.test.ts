// Tests of reading formula text and of completion.
import { describe, expect, it } from 'vitest';
import { complete, functionAt, tokens } from './tokens';
import type { Names } from './tokens';

const names: Names = {
  fields: (entity) =>
    entity === 'opportunity'
      ? [
          { name: 'amount', label: 'Số tiền', type: 'money' },
          { name: 'account', label: 'Account', type: 'reference', target: 'account' },
          { name: 'category', label: 'Category', type: 'choice', choices: [{ value: 'commit', label: 'Commit' }, { value: 'best_case', label: 'Best case' }] },
        ]
      : [{ name: 'region', label: 'Region', type: 'text' }, { name: 'parent', label: 'Parent', type: 'reference', target: 'account' }],
  functions: [{ name: 'SUM' }, { name: 'AND', signature: 'AND(a, b)' }, { name: 'AVERAGE' }],
};
const kinds = (source: string): string[] => tokens(source).filter((token) => token.kind !== 'space').map((token) => token.kind);
const offered = (source: string): string[] | undefined => complete(source, source.length, 'opportunity', names)?.proposals.map((each) => each.text);

describe('tokens', () => {
  it('cover the whole text', () => {
    const source = 'IF(AND(account.region = "Miền ""Nam""", amount >= 60.5%), -1, stage <> "x"';
    expect(tokens(source).map((token) => token.text).join('')).toBe(source);
  });
  it('tell functions, fields, texts and numbers apart', () => {
    expect(kinds('IF(amount >= 1000, "ok", TRUE)')).toEqual(['function', 'bracket', 'field', 'operator', 'number', 'bracket', 'text', 'bracket', 'keyword', 'bracket']);
    expect(kinds('giá_trị * 5%')).toEqual(['field', 'operator', 'number']);
  });
  it('mark an unclosed text', () => expect(kinds('region = "South')).toEqual(['field', 'operator', 'fault']));
});

describe('completion', () => {
  it('offers fields before functions', () => expect(offered('a')).toEqual(['account', 'amount', 'category', 'AND(', 'AVERAGE(']));
  it('finds a field by its label without accents', () => expect(offered('tien')).toEqual(['amount']));
  it('follows a relation', () => {
    expect(offered('account.')).toEqual(['parent', 'region']);
    expect(offered('account.parent.re')).toEqual(['region', 'parent']);
    expect(complete('amount.x', 8, 'opportunity', names)).toBeNull();
  });
  it('offers the words of a choice', () => {
    expect(offered('category = ')).toEqual(['"commit"', '"best_case"']);
    expect(complete('category = "be', 14, 'opportunity', names)).toEqual({
      from: 11, proposals: [{ text: '"best_case"', detail: '', kind: 'choice', label: 'Best case' }],
    });
  });
  it('is silent within a text', () => expect(complete('account.region = "So', 20, 'opportunity', names)).toBeNull());
});

describe('help', () => {
  it('is for the function around the place', () => {
    expect(functionAt('IF(AND(amount > 1, ', 19)).toBe('AND');
    expect(functionAt('IF(AND(amount > 1), ', 20)).toBe('IF');
    expect(functionAt('SUM(', 1)).toBe('SUM');
    expect(functionAt('(amount', 3)).toBeNull();
  });
});
