// Tests of places in formulas with letters beyond ASCII.
import { expect, it } from 'vitest';
import { unitOf } from './offsets';

it('places count letters, whatever their bytes', () => {
  expect(unitOf('region = "Nam"', 9)).toBe(9);
  // "Miền" has six bytes and four letters.
  expect(unitOf('"Miền" = x', 11)).toBe(9);
  expect(unitOf('"😀" = x', 6)).toBe(4);
  expect(unitOf('a', 99)).toBe(1);
});
