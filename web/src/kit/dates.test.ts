// Typed dates: digits, words, offsets, and days that do not exist.
import { describe, expect, it } from 'vitest';
import { readDate } from './dates';

const today = '2026-11-25';

describe('a typed date', () => {
  it.each([
    ['16/12', '2026-12-16'],
    ['16.12.27', '2027-12-16'],
    ['3/4/2025', '2025-04-03'],
    ['2026-02-01', '2026-02-01'],
    ['16 Dec', '2026-12-16'],
    ['1 october 2025', '2025-10-01'],
    ['tomorrow', '2026-11-26'],
    ['Hôm qua', '2026-11-24'],
    ['+7', '2026-12-02'],
  ])('%s is %s', (text, date) => expect(readDate(text, today)).toBe(date));

  it.each(['31/2', '13/13', '16 foo', 'soon', '0/1'])('%s is no date', (text) => expect(readDate(text, today)).toBeNull());
});
