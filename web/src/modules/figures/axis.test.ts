// Tests of the value axis.
import { describe, expect, it } from 'vitest';
import { axisOf, labelEvery } from './axis';

describe('an axis', () => {
  it('has round steps that hold the greatest value', () => {
    expect(axisOf(90)).toEqual({ top: 100, lines: [0, 25, 50, 75, 100] });
    expect(axisOf(0.41)).toEqual({ top: 0.6, lines: [0, 0.2, 0.4, 0.6] });
    expect(axisOf(20)).toEqual({ top: 20, lines: [0, 5, 10, 15, 20] });
    for (const greatest of [1, 3, 7, 11, 99, 1234, 5e9]) {
      const axis = axisOf(greatest);
      expect(axis.top).toBeGreaterThanOrEqual(greatest);
      expect(axis.lines.length).toBeGreaterThanOrEqual(3);
      expect(axis.lines.length).toBeLessThanOrEqual(6);
    }
  });
  it('of nothing is a single line', () => {
    expect(axisOf(0)).toEqual({ top: 1, lines: [0] });
    expect(axisOf(Number.NaN)).toEqual({ top: 1, lines: [0] });
  });
});

describe('labels', () => {
  it('leave some out where there is no room', () => {
    expect(labelEvery(12, 1200, 60)).toBe(1);
    expect(labelEvery(36, 600, 60)).toBe(4);
    expect(labelEvery(5, 0, 60)).toBe(1);
  });
});
