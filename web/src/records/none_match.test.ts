import { describe, expect, it } from 'vitest';
import type { Entity } from '$/catalog/types';
import { parseFilter } from './filter';
import { questions, reasonsOf } from './none_match';

const entity = {
  name: 'opportunity',
  fields: [{ name: 'name', label: 'Name', type: 'text' }, { name: 'owner', label: 'Owner', type: 'reference', target: 'user' }, { name: 'amount', label: 'Amount', type: 'money' }],
} as unknown as Entity;

describe('Why nothing matches', () => {
  it('is asked of every part alone and of the rest without it', () => {
    expect(questions(parseFilter('owner = "Nobody" AND amount > 5', entity), entity)).toEqual({
      'alone 0': 'owner = "Nobody"', 'without 0': 'amount > 5', 'alone 1': 'amount > 5', 'without 1': 'owner = "Nobody"',
    });
    expect(questions(parseFilter('owner = "Nobody"', entity), entity)).toEqual({ 'alone 0': 'owner = "Nobody"' });
    expect(questions(parseFilter('amount > 5 OR amount < 1', entity), entity)).toEqual({ 'alone 0': 'amount > 5 OR amount < 1' });
  });
  it('asks for no more than the server counts at once', () => {
    const many = Array.from({ length: 200 }, (_, at) => `amount > ${at}`).join(' AND ');
    expect(Object.keys(questions(parseFilter(many, entity), entity)).length).toBeLessThanOrEqual(100);
  });
  it('is the parts that match nothing by themselves, before any other', () => {
    expect(reasonsOf({ counts: { 'alone 0': 0, 'without 0': 7, 'alone 1': 9, 'without 1': 0 } })).toEqual([{ part: 0, without: 0 }]);
  });
  it('is else the parts without which most would match', () => {
    const counts = { 'alone 0': 4, 'without 0': 2, 'alone 1': 9, 'without 1': 5, 'alone 2': 3, 'without 2': 0 };
    expect(reasonsOf({ counts })).toEqual([{ part: 1, without: 5 }, { part: 0, without: 2 }]);
  });
  it('is the search where it finds nothing, or nothing among what is filtered', () => {
    expect(reasonsOf({ counts: { 'alone 0': 4 }, search: { alone: 0, without: 4 } })).toEqual([{ part: 'search', without: 0 }]);
    expect(reasonsOf({ counts: { 'alone 0': 4, 'without 0': 8 }, search: { alone: 3, without: 4 } })).toEqual([{ part: 'search', without: 4 }]);
  });
  it('is nothing that could be told of a part that cannot be counted', () => {
    expect(reasonsOf({ counts: { 'alone 0': null } })).toEqual([]);
  });
});
