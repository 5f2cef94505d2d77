// Ranking in the command palette.
import { describe, expect, it } from 'vitest';
import { modeOf, score } from './palette';

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
