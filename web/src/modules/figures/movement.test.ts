// Tests of the steps of a movement.
import { describe, expect, it } from 'vitest';
import type { FigureAnswer } from './figures';
import { stepsOf } from './movement';

const answer = (parts: [string, string, number][]) =>
  ({ groups: parts.map(([key, amount, n]) => ({ key, id: null, value: { amount, currency: 'USD' }, n, interval: null, records: { entity: 'opportunity', filter: '' } })) }) as unknown as FigureAnswer;

describe('the steps of a movement', () => {
  it('lie where the sum is, from the opening to the closing value (pipeline-13)', () => {
    const steps = stepsOf(answer([['opening', '1500', 5], ['new', '210', 2], ['pulled_in', '80', 1], ['reopened', '0', 0], ['increased', '20', 1], ['decreased', '50', 1], ['pushed_out', '300', 1], ['won', '180', 2], ['lost', '200', 1], ['closing', '1080', 4]]));
    expect(steps.map(({ part, sign }) => [part, sign])).toEqual([['opening', 0], ['new', 1], ['pulled_in', 1], ['increased', 1], ['decreased', -1], ['pushed_out', -1], ['won', -1], ['lost', -1], ['closing', 0]]);
    const at = (share: number) => Math.round(share * 1810);
    expect(steps.map(({ begin, end }) => [at(begin), at(end)])).toEqual([[0, 1500], [1500, 1710], [1710, 1790], [1790, 1810], [1760, 1810], [1460, 1760], [1280, 1460], [1080, 1280], [0, 1080]]);
  });
  it('of nothing are the two ends', () => {
    expect(stepsOf(answer([['opening', '0', 0], ['new', '0', 0], ['closing', '0', 0]])).map(({ end }) => end)).toEqual([0, 0]);
  });
});
