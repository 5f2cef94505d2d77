// Presses become actions: combinations, sequences, and nothing while somebody types.
import { describe, expect, it, vi } from 'vitest';
import { Keys, shown } from './keys';
import type { Action } from './registry.svelte';

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  ({ key, timeStamp: 0, target: null, preventDefault() {}, ...more }) as KeyboardEvent;

function keysWith(...shortcuts: string[]) {
  vi.stubGlobal('document', { querySelector: () => null });
  const run = vi.fn();
  const actions = shortcuts.map(
    (shortcut): Action => ({ id: shortcut, label: shortcut, group: 'page', shortcut, run: () => run(shortcut) }),
  );
  return { keys: new Keys(() => actions, () => true), run };
}

describe('keys', () => {
  it('run the action of a single key', () => {
    const { keys, run } = keysWith('c');
    keys.handle(press('c'));
    expect(run).toHaveBeenCalledWith('c');
  });
  it('run the action of two keys in a row, and forget the first after a while', () => {
    const { keys, run } = keysWith('g o', 'o');
    keys.handle(press('g', { timeStamp: 1 }));
    keys.handle(press('o', { timeStamp: 500 }));
    keys.handle(press('g', { timeStamp: 1000 }));
    keys.handle(press('o', { timeStamp: 9000 }));
    expect(run.mock.calls).toEqual([['g o'], ['o']]);
  });
  it('leave keys alone while somebody types', () => {
    const { keys, run } = keysWith('c', 'mod+k');
    const target = { closest: () => ({}) } as unknown as EventTarget;
    keys.handle(press('c', { target }));
    expect(run).not.toHaveBeenCalled();
    keys.handle(press('k', { target, ctrlKey: true }));
    expect(run).toHaveBeenCalledWith('mod+k');
  });
  it('are shown as people name them', () => {
    expect(shown('mod+k')).toEqual(['Ctrl', 'K']);
    expect(shown('g o')).toEqual(['G', 'O']);
  });
});
