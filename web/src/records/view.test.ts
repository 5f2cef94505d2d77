// The address over the view: what a list shows and when it differs from its view.
import { describe, expect, it } from 'vitest';
import { differs, readView, shownOf } from './view';

const view = readView(
  { id: '1', name: 'Closing', is_default: true, audience: 'everyone', definition: '{"filter":"is_open = TRUE","sort":"-amount"}' },
  '101',
);

describe('a list', () => {
  it('opens its default view', () => {
    const shown = shownOf(new URLSearchParams(), [view], ['name']);
    expect(shown).toMatchObject({ view: '1', filter: 'is_open = TRUE', sort: '-amount', columns: ['name'] });
    expect(differs(shown, view, ['name'])).toBe(false);
  });
  it('lets the address change the view', () => {
    const shown = shownOf(new URLSearchParams('view=1&filter=&sort=name'), [view], ['name']);
    expect(shown).toMatchObject({ view: '1', filter: '', sort: 'name' });
    expect(differs(shown, view, ['name'])).toBe(true);
  });
  it('shows all when asked, or when a filter comes from a figure', () => {
    expect(shownOf(new URLSearchParams('view=all'), [view], []).view).toBeNull();
    expect(shownOf(new URLSearchParams('filter=amount > 1'), [view], []).view).toBeNull();
  });
  it('stands in the order of its kind until somebody sorts it', () => {
    const shown = shownOf(new URLSearchParams(), [], ['name'], 'due_on');
    expect(shown.sort).toBe('due_on');
    expect(differs(shown, undefined, ['name'], 'due_on')).toBe(false);
    expect(shownOf(new URLSearchParams(), [view], ['name'], 'due_on').sort).toBe('-amount');
    expect(shownOf(new URLSearchParams('sort=name'), [], ['name'], 'due_on').sort).toBe('name');
  });
  it('survives a view that cannot be read', () => {
    expect(readView({ id: '2', definition: '{' }, undefined).definition).toEqual({});
  });
});
