// Tests of what is sent for a field of the company's own.
import { describe, expect, it } from 'vitest';
import { bodyOf, choicesOf, emptyField, wordOf } from './field_draft';

describe('a word', () => {
  it('is made of what people read, without accents', () => {
    expect(wordOf('Đã ký hợp đồng?')).toBe('da_ky_hop_dong');
    expect(wordOf('  ')).toBe('');
  });
});

describe('choices', () => {
  it('keep the word of a label that stays', () => {
    expect(choicesOf('Gold\n\nSilver\nGold', [{ value: 'g', label: 'Gold' }])).toEqual([{ value: 'g', label: 'Gold' }, { value: 'silver', label: 'Silver' }]);
  });
});

describe('a field', () => {
  it('sends only what its type can have', () => {
    const field = { ...emptyField('account'), label: 'Contract signed', type: 'date' as const, search: true, measure: true, dimension: true };
    expect(bodyOf(field, false)).toEqual({ entity: 'account', name: 'x_contract_signed', type: 'date', label: 'Contract signed', help: '', required: false, search: false, dimension: false, measure: false });
  });
  it('that exists sends neither its type nor its name', () => {
    const field = { ...emptyField('account'), name: 'x_tier', label: 'Tier', type: 'choice' as const, choices: [{ value: 'a', label: 'A' }] };
    expect(Object.keys(bodyOf(field, true))).not.toContain('type');
    expect(bodyOf(field, true).choices).toEqual([{ value: 'a', label: 'A' }]);
  });
});
