// Ranking in the command palette.
import { describe, expect, it } from 'vitest';
import { modeOf, ranked, score, written } from './palette';

const best = (wanted: string, ...texts: string[]) => [...texts].sort((a, b) => score(b, wanted) - score(a, wanted))[0];

describe('the palette', () => {
  it('finds accented names by plain letters', () => {
    expect(score('Đặng Thùy Linh', 'dang linh')).toBeGreaterThan(0);
    expect(score('Đặng Thùy Linh', 'thuy')).toBeGreaterThan(0);
    expect(score('Đặng Thùy Linh', 'xyz')).toBe(0);
  });
  it('ranks exact accents first', () => {
    expect(best('thủy', 'Thùy Linh', 'Thủy Linh')).toBe('Thủy Linh');
  });
  it('prefers the start of a word to its middle, and the whole to a scatter', () => {
    expect(best('lead', 'Misleading', 'Leads')).toBe('Leads');
    expect(best('con', 'Contacts', 'Acme corporation')).toBe('Contacts');
  });
  it('reads its modes from the first sign', () => {
    expect(modeOf('> theme')).toEqual({ mode: 'commands', rest: 'theme' });
    expect(modeOf('#blue')).toEqual({ mode: 'records', rest: 'blue' });
    expect(modeOf('=1+1')).toEqual({ mode: 'formula', rest: '1+1' });
    expect(modeOf('blue')).toEqual({ mode: 'all', rest: 'blue' });
  });
});

it('puts the company before its deals, and nobody twice', () => {
  const hit = (entity: string, id: string, title: string) => ({ entity, id, title });
  const found = ranked([hit('account', '1', 'Thép Đông Á'), hit('opportunity', '2', 'Thép Đông Á, retrofit'), hit('account', '1', 'Thép Đông Á'), hit('contact', '3', 'Lý Đức Khôi')], 'thep');
  expect(found.map(({ id }) => id)).toEqual(['1', '2', '3']);
});

it('writes what a formula gave as numbers and days are written everywhere', () => {
  expect(written('13580.2458')).toBe('13,580.2458');
  expect(written('007')).toBe('007');
  expect(written(1200)).toBe('1,200');
  expect(written('2026-11-30')).toBe('Mon 30 Nov 2026');
  expect(written({ amount: '12.00', currency: 'USD' })).toBe('$12.00');
  expect(written({ id: '1', title: 'Meridian Ports' })).toBe('Meridian Ports');
  expect(written(null)).toBe('—');
  expect(written(true)).toBe('Yes');
});
