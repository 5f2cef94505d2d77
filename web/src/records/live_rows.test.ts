import { describe, expect, it } from 'vitest';
import { mergeFound, mergeRead } from './live_rows';

const row = (id: string, name = id) => ({ id, name });
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

describe('Rows that others changed', () => {
  it('are brought up to date in their place, whatever the order would make of them', () => {
    const merged = mergeFound([row('a'), row('b'), row('c')], new Set(['c', 'a']), [row('c', 'new'), row('a', 'newer')]);
    expect(merged.rows).toEqual([row('a', 'newer'), row('b'), row('c', 'new')]);
    expect([merged.added, merged.gone, merged.moved]).toEqual([[], [], false]);
  });
  it('stay where they are when they belong to the list no longer, and new ones wait', () => {
    const merged = mergeFound([row('a'), row('b')], new Set(['b', 'x', 'y']), [row('x')]);
    expect(ids(merged.rows)).toEqual(['a', 'b']);
    expect(merged.added).toEqual(['x']);
    expect(merged.gone).toEqual(['b']);
  });
});

describe('A list read again', () => {
  it('changes nothing but values when it has the same rows in the same order', () => {
    const merged = mergeRead([row('a'), row('b')], [row('a', 'new'), row('b')], true);
    expect(merged).toEqual({ rows: [row('a', 'new'), row('b')], added: [], gone: [], moved: false });
  });
  it('tells new rows, gone ones and another order', () => {
    expect(mergeRead([row('a'), row('b')], [row('x'), row('a'), row('b')], true)).toMatchObject({ added: ['x'], gone: [], moved: false });
    expect(mergeRead([row('a'), row('b')], [row('b')], true)).toMatchObject({ added: [], gone: ['a'], moved: false });
    expect(mergeRead([row('a'), row('b')], [row('b'), row('a')], true)).toMatchObject({ moved: true });
  });
  it('does not take a row for gone that was only pushed out of what was read', () => {
    const merged = mergeRead([row('a'), row('b')], [row('x'), row('a')], false);
    expect(merged).toMatchObject({ added: ['x'], gone: [], moved: true });
  });
});
