// The parts of a pipeline's movement as steps of a waterfall.
import { isMoney } from '$/catalog/types';
import type { FigureAnswer, FigureGroup, FigureNumber } from './figures';

const plain = (value: FigureNumber) => Number(isMoney(value) ? value.amount : value);

export type Sign = 1 | -1 | 0;
const coming = new Set(['new', 'pulled_in', 'reopened', 'moved_in', 'increased', 'elsewhere']);

export interface Step {
  part: string;
  sign: Sign;
  group: FigureGroup;
  // Shares of the widest sum on the way, between which the bar lies.
  begin: number;
  end: number;
}

const isEnd = (part: string) => part === 'opening' || part === 'closing';

// Parts in which nothing happened are left out; the ends stay.
export function stepsOf(answer: FigureAnswer): Step[] {
  const steps: Step[] = [];
  let sum = 0;
  let widest = 0;
  for (const group of answer.groups) {
    const part = String(group.key);
    const value = plain(group.value);
    if (!isEnd(part) && value === 0 && group.n === 0) continue;
    const sign: Sign = isEnd(part) ? 0 : coming.has(part) ? 1 : -1;
    const before = sign === 0 ? 0 : sum;
    sum = sign === 0 ? value : sum + sign * value;
    steps.push({ part, sign, group, begin: Math.min(before, sum), end: Math.max(before, sum) });
    widest = Math.max(widest, before, sum);
  }
  const share = (at: number) => (widest > 0 ? Math.max(0, at) / widest : 0);
  return steps.map((step) => ({ ...step, begin: share(step.begin), end: share(step.end) }));
}
