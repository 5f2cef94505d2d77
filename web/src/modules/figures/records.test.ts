// Tests of the way from a figure to its records.
import { describe, expect, it, vi } from 'vitest';
import { hasRecords, recordsAddress, type FigureAnswer } from './figures';

vi.mock('$/catalog/session.svelte', async (original) => ({ ...(await original<object>()), entity: () => ({ plural: 'opportunities' }) }));

describe('the records behind a figure', () => {
  it('are listed by its filter, and nowhere without one', () => {
    expect(recordsAddress({ entity: 'opportunity', filter: 'is_open' }, null)).toContain('filter=is_open');
    expect(recordsAddress({ entity: 'opportunity', filter: '' }, null)).toBeUndefined();
    expect(hasRecords({ records: { entity: 'opportunity', filter: '' } } as FigureAnswer)).toBe(false);
  });
});
