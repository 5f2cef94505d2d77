import { describe, expect, it } from 'vitest';
import { leftOut } from './left_out';

const query = (address: string | undefined) => Object.fromEntries(new URLSearchParams(address?.split('?')[1]));

describe('What a sum leaves out', () => {
  it('is nothing where every amount has a rate', () => {
    expect(leftOut('opportunities', null)).toBeNull();
    expect(leftOut('opportunities', [])).toBeNull();
    expect(leftOut('opportunities', { n: 0, filter: '' })).toBeNull();
  });
  it('leads to its records, as they were found and on the same day', () => {
    const found = leftOut('opportunities', { n: 2, filter: 'CURRENCY(amount) IN ("XAF")' }, { search: 'pump', as_of: '2026-01-31' });
    expect(found?.n).toBe(2);
    expect(query(found?.href)).toEqual({ view: 'all', filter: 'CURRENCY(amount) IN ("XAF")', search: 'pump', as_of: '2026-01-31' });
  });
  it('is told once for several sums over the same amounts', () => {
    const one = { n: 3, filter: 'CURRENCY(amount) IN ("XAF")' };
    expect(query(leftOut('opportunities', [one, one])?.href).filter).toBe(one.filter);
  });
  it('is all of them where sums over different amounts leave out different records', () => {
    const found = leftOut('opportunities', [{ n: 3, filter: 'a\n) AND b' }, { n: 1, filter: 'c' }]);
    expect(found?.n).toBe(3);
    expect(query(found?.href).filter).toBe('(a\n) AND b) OR (c)');
  });
  it('has no way to records that no filter tells', () => {
    expect(leftOut('opportunities', { n: 1, filter: '' })).toEqual({ n: 1, href: undefined });
    expect(leftOut(undefined, { n: 1, filter: 'x' })).toEqual({ n: 1, href: undefined });
  });
});
