// Typed values: exact decimals, percents as people type them, and what is refused before it is sent.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Field } from '$/catalog/types';
import { locale } from '$/i18n/index.svelte';
import { fromDraft, same, shift, toDraft } from './draft';

const of = (type: Field['type'], more: Partial<Field> = {}): Field => ({ name: 'f', label: 'F', type, ...more });

beforeAll(() => locale.choose('en'));

describe('a typed value', () => {
  it.each([
    ['0.05', 2, '5'], ['0.0525', 2, '5.25'], ['5', -2, '0.05'], ['125', -2, '1.25'], ['-7', -2, '-0.07'], ['0', 2, '0'], ['1.50', 0, '1.5'],
  ])('%s moved by %i is %s', (text, by, result) => expect(shift(text, by)).toBe(result));

  it('percent is typed as 5 and sent as 0.05', () => {
    expect(fromDraft(of('percent'), { text: '23.4' })).toEqual({ ok: true, value: '0.234' });
    expect(toDraft(of('percent'), '0.234').text).toBe('23.4');
  });
  it('money keeps its currency and reads suffixes', () => {
    expect(fromDraft(of('money'), { text: '4.82bn', currency: 'VND' })).toEqual({ ok: true, value: { amount: '4820000000', currency: 'VND' } });
    expect(toDraft(of('money'), { amount: '4820000000', currency: 'VND' }).text).toBe('4,820,000,000');
  });
  it('a whole number has no fraction, a number no letters', () => {
    expect(fromDraft(of('whole'), { text: '1.5' })).toEqual({ ok: false, reason: 'whole' });
    expect(fromDraft(of('decimal'), { text: 'many' })).toEqual({ ok: false, reason: 'number' });
  });
  it('empty is no value', () => {
    expect(fromDraft(of('text'), { text: '  ' })).toEqual({ ok: true, value: null });
    expect(fromDraft(of('reference'), { text: '' })).toEqual({ ok: true, value: null });
  });
  it('values are the same whatever their shape', () => {
    expect(same({ id: '7', title: 'A' }, { id: '7', title: 'B' })).toBe(true);
    expect(same({ amount: '10.00', currency: 'USD' }, { amount: '10', currency: 'USD' })).toBe(true);
    expect(same('', null)).toBe(true);
    expect(same('a', 'b')).toBe(false);
  });
});
