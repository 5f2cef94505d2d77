// Tests of the rights matrix, its changes, and of the trees of teams and territories.
import { describe, expect, it } from 'vitest';
import { accessOf, barsOf, changes, fieldChanges, nextScope, opens, possibleParents, scopeOfDigit, setAccess, setRight, step, treeOf } from './rights';
import type { Permission, RightColumn } from './rights';

const rights: RightColumn[] = [
  { name: 'read', kind: 'scope', label: 'Read', allowed: ['none', 'own', 'team', 'subtree', 'territory', 'all'] },
  { name: 'export', kind: 'switch', label: 'Export', allowed: ['none', 'all'] },
];
const saved: Permission[] = [{ id: '1', version: 3, entity: 'opportunity', rights: { read: 'own', export: 'all' } }];

describe('a scope', () => {
  it('is four bars, subtree and territory alike', () => {
    expect(['none', 'own', 'team', 'subtree', 'territory', 'all'].map((scope) => barsOf(scope as 'none'))).toEqual([0, 1, 2, 3, 3, 4]);
  });
  it('goes round with Space and is chosen by digits', () => {
    expect(nextScope('all')).toBe('none');
    expect(nextScope('none', ['none', 'all'])).toBe('all');
    expect(scopeOfDigit('3')).toBe('subtree');
    expect(scopeOfDigit('5')).toBeNull();
  });
});

describe('a change', () => {
  it('is the difference to what is saved, and none once it is taken back', () => {
    const draft = setRight(saved, 'opportunity', 'read', 'subtree', rights);
    expect(changes(saved, draft, rights)).toEqual([{ entity: 'opportunity', right: 'read', before: 'own', after: 'subtree' }]);
    expect(changes(saved, setRight(draft, 'opportunity', 'read', 'own', rights), rights)).toEqual([]);
  });
  it('of a kind without a record begins at none', () => {
    const draft = setRight(saved, 'lead', 'export', 'all', rights);
    expect(changes(saved, draft, rights)).toEqual([{ entity: 'lead', right: 'export', before: 'none', after: 'all' }]);
    expect(draft.find((each) => each.entity === 'lead')?.id).toBeNull();
  });
  it('of a kind that is not named begins at the rest', () => {
    const rest: Permission[] = [{ id: '9', version: 1, entity: '*', rights: { read: 'team', export: 'none' } }];
    expect(changes(rest, setRight(rest, 'lead', 'read', 'all', rights), rights)).toEqual([{ entity: 'lead', right: 'read', before: 'team', after: 'all' }]);
  });
  it('opens when it reaches further', () => {
    expect(opens({ entity: 'x', right: 'read', before: 'own', after: 'team' })).toBe(true);
    expect(opens({ entity: 'x', right: 'read', before: 'all', after: 'team' })).toBe(false);
    expect(opens({ entity: 'x', right: 'export', before: 'all', after: 'none' })).toBe(false);
  });
});

describe('field access', () => {
  it('is write unless a rule says otherwise', () => {
    const draft = setAccess([], 'opportunity', 'amount', 'hidden');
    expect(accessOf([], 'opportunity', 'amount')).toBe('write');
    expect(fieldChanges([], draft)).toHaveLength(1);
    expect(fieldChanges([], setAccess(draft, 'opportunity', 'amount', 'write'))).toEqual([]);
  });
});

describe('the grid', () => {
  it('stops at its edges', () => {
    expect(step({ row: 0, column: 0 }, 'ArrowUp', 5, 2)).toEqual({ row: 0, column: 0 });
    expect(step({ row: 4, column: 1 }, 'ArrowRight', 5, 2)).toEqual({ row: 4, column: 1 });
    expect(step({ row: 2, column: 0 }, 'End', 5, 2)).toEqual({ row: 2, column: 1 });
  });
});

describe('a tree', () => {
  const teams = [
    { id: 's', name: 'South', up: 'v' }, { id: 'v', name: 'Vietnam', up: null }, { id: 'n', name: 'North', up: 'v' },
    { id: 'h', name: 'Hanoi', up: 'n' }, { id: 'x', name: 'Alone', up: 'gone' },
  ];
  const up = (team: { up: string | null }): string | null => team.up;
  it('puts children under their parent, by name', () => {
    expect(treeOf(teams, up, (team) => team.name).map((node) => [node.item.id, node.depth])).toEqual([['x', 0], ['v', 0], ['n', 1], ['h', 2], ['s', 1]]);
  });
  it('offers no parent from below', () => {
    expect(possibleParents(teams, up, 'n').map((team) => team.id)).toEqual(['s', 'v', 'x']);
  });
});
