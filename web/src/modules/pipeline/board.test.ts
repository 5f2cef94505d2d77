// Tests of the board's state: moves, their reverse, pages, keys and warnings.
import { describe, expect, it } from 'vitest';
import { addDecimals, columnOf, joinPage, moveCard, moveTargets, neighbour, placeCards, placeOf, refreshStages, sortedIndex, warningOf, weigh } from './board';
import type { Column, Stage } from './board';

function stage(id: string, kind: Stage['kind'], probability: string, count: number, sum: string): Stage {
  return { id, name: id, kind, probability, count, sum: { amount: sum, currency: 'USD' }, weighted: { amount: weigh(sum, probability), currency: 'USD' } };
}

function board(): Column[] {
  const qualify = { ...columnOf(stage('q', 'open', '0.10', 2, '300.00')), state: 'ready' as const };
  qualify.cards = [
    { id: '1', version: 1, amount: { amount: '100.00', currency: 'USD' } },
    { id: '2', version: 1, amount: { amount: '200.00', currency: 'USD' } },
  ];
  const propose = { ...columnOf(stage('p', 'open', '0.45', 1, '1000.00')), state: 'ready' as const };
  propose.cards = [{ id: '3', version: 4, amount: { amount: '1000.00', currency: 'USD' } }];
  return [qualify, propose, columnOf(stage('w', 'won', '1', 0, '0.00')), columnOf(stage('l', 'lost', '0', 0, '0.00'))];
}

describe('amounts', () => {
  it('are added as decimals, not as binary fractions', () => {
    expect(addDecimals('0.1', '0.2')).toBe('0.3');
    expect(addDecimals('4820000000', '0.50')).toBe('4820000000.50');
    expect(addDecimals('1.00', '3.25', -1)).toBe('-2.25');
    expect(addDecimals('-1.50', '1.50')).toBe('0.00');
  });
  it('are weighted with halves to even', () => {
    expect(weigh('100.00', '0.45')).toBe('45.00');
    expect(weigh('0.05', '0.5')).toBe('0.02');
    expect(weigh('0.15', '0.5')).toBe('0.08');
    expect(weigh('-0.15', '0.5')).toBe('-0.08');
    expect(weigh('7420000000', '0.10')).toBe('742000000');
  });
});

describe('a move', () => {
  it('takes count, sum and weighted sum along', () => {
    const after = moveCard(board(), '2', { stage: 'p', index: 0 }, 'amount', 'stage');
    expect(after[0]?.stage.count).toBe(1);
    expect(after[0]?.stage.sum?.amount).toBe('100.00');
    expect(after[0]?.stage.weighted?.amount).toBe('10.00');
    expect(after[1]?.stage.sum?.amount).toBe('1200.00');
    expect(after[1]?.stage.weighted?.amount).toBe('540.00');
    expect(after[1]?.cards.map((card) => card.id)).toEqual(['2', '3']);
    expect(after[1]?.cards[0]?.stage).toEqual({ id: 'p', title: 'p' });
  });
  it('is reversed exactly by moving back', () => {
    const before = board();
    const from = placeOf(before, '1');
    const there = moveCard(before, '1', { stage: 'w', index: 0 }, 'amount', 'stage');
    const back = moveCard(there, '1', from ?? { stage: '', index: 0 }, 'amount', 'stage');
    expect(back.map((column) => column.stage)).toEqual(before.map((column) => column.stage));
    expect(back[0]?.cards.map((card) => card.id)).toEqual(['1', '2']);
  });
  it('of an amount in another currency leaves the sums to the server', () => {
    const columns = board();
    const card = columns[0]?.cards[0];
    if (card) card.amount = { amount: '5', currency: 'EUR' };
    const after = moveCard(columns, '1', { stage: 'p', index: 9 }, 'amount', 'stage');
    expect(after[1]?.stage.sum?.amount).toBe('1000.00');
    expect(after[1]?.stage.count).toBe(2);
  });
});

describe('pages', () => {
  it('join without repeating a card that was moved meanwhile', () => {
    const after = joinPage(board(), 'q', [{ id: '3', version: 4 }, { id: '9', version: 1 }], null);
    expect(after[0]?.cards.map((card) => card.id)).toEqual(['1', '2', '9']);
  });
  it('stay when new heads arrive', () => {
    const fresh = refreshStages(board(), [stage('p', 'open', '0.45', 7, '9.00'), stage('n', 'open', '0.6', 0, '0.00')]);
    expect(fresh.map((column) => [column.stage.id, column.cards.length])).toEqual([['p', 1], ['n', 0]]);
    expect(fresh[0]?.stage.count).toBe(7);
  });
});

describe('deals that others changed', () => {
  const order = () => '-amount';
  const card = (id: string, stage: string, amount: string) => ({ id, version: 9, stage: { id: stage, title: stage }, amount: { amount, currency: 'USD' } });
  const ids = (columns: Column[]) => columns.map((column) => column.cards.map(({ id }) => id).join(''));
  it('move to their column and to the place that its order gives them', () => {
    const after = placeCards(board(), ['1'], [card('1', 'p', '1500.00')], order);
    expect(ids(after)).toEqual(['2', '13', '', '']);
    expect(after[1]?.cards[0]?.version).toBe(9);
  });
  it('leave the board when they no longer belong to it, and come to it when they do', () => {
    expect(ids(placeCards(board(), ['1', '9'], [card('9', 'q', '10.00')], order))).toEqual(['29', '3', '', '']);
  });
  it('are left to the next page when they stand behind the one that is read, and to the rail while it is closed', () => {
    const columns = board().map((column) => (column.stage.id === 'q' ? { ...column, next: 'more' } : column));
    expect(ids(placeCards(columns, ['9', '3'], [card('9', 'q', '10.00'), card('3', 'w', '1000.00')], order))).toEqual(['12', '', '', '']);
  });
});

describe('keys', () => {
  it('lead to the same height of the next column that has cards', () => {
    expect(neighbour(board(), '2', 'ArrowRight')).toBe('3');
    expect(neighbour(board(), '3', 'ArrowRight')).toBeNull();
    expect(neighbour(board(), '1', 'ArrowDown')).toBe('2');
    expect(neighbour(board(), '1', 'ArrowUp')).toBeNull();
  });
  it('are digits for open stages and letters for the ends', () => {
    expect(moveTargets(board().map((column) => column.stage)).map((target) => target.key)).toEqual(['1', '2', 'W', 'L']);
  });
});

describe('a warning', () => {
  const calm = { overdue: false, stale: false, closeDate: '2026-12-01', nextStep: 'Call', inStageSince: '2026-11-20T03:00:00Z' };
  it('is absent when all is well', () => expect(warningOf(calm, '2026-11-25')).toBeNull());
  it('names the passed close date first', () => {
    expect(warningOf({ ...calm, overdue: true, stale: true, closeDate: '2026-11-22', nextStep: null }, '2026-11-25')).toEqual({ kind: 'overdue', days: 3 });
  });
  it('names standing still before a missing step', () => {
    expect(warningOf({ ...calm, stale: true, inStageSince: '2026-11-10T22:00:00Z', nextStep: '' }, '2026-11-25')).toEqual({ kind: 'stale', days: 15 });
  });
  it('says nothing of a field that the reader may not see', () => {
    expect(warningOf({ ...calm, nextStep: undefined }, '2026-11-25')).toBeNull();
    expect(warningOf({ ...calm, nextStep: '' }, '2026-11-25')).toEqual({ kind: 'no_next_step' });
  });
});

describe('a moved card', () => {
  const at = (id: string, day: string | null, amount: string) => ({ id, version: 1, close_date: day, amount: { amount, currency: 'USD' } });
  const cards = [at('a', '2026-11-01', '900'), at('b', '2026-12-01', '1000'), at('c', null, '20')];
  it('lands where the order of the column puts it', () => {
    expect(sortedIndex(cards, at('x', '2026-11-15', '1'), 'close_date')).toBe(1);
    expect(sortedIndex(cards, at('x', '2027-01-15', '1'), 'close_date')).toBe(2);
    expect(sortedIndex(cards, at('x', null, '1'), 'close_date')).toBe(3);
  });
  it('is compared by amount, not by the digits of the amount', () => {
    const dear = [at('b', null, '1000'), at('a', null, '900'), at('c', null, '20')];
    expect(sortedIndex(dear, at('x', null, '950'), '-amount')).toBe(1);
    expect(sortedIndex(dear, at('c', null, '20'), '-amount')).toBe(2);
  });
});
