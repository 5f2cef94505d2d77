// The message filler against plain, plural and nested messages.
import { describe, expect, it } from 'vitest';
import { fill } from './icu';

const plain = (value: number) => String(value);

describe('messages', () => {
  it('put values in place of their names', () => {
    expect(fill('Moved to {stage}', { stage: 'Propose' }, 'en', plain)).toBe('Moved to Propose');
  });
  it('choose the plural arm of the language', () => {
    const text = '{count, plural, one {# record} other {# records}}';
    expect(fill(text, { count: 1 }, 'en', plain)).toBe('1 record');
    expect(fill(text, { count: 4 }, 'en', plain)).toBe('4 records');
    expect(fill('{count, plural, other {# bản ghi}}', { count: 1 }, 'vi', plain)).toBe('1 bản ghi');
  });
  it('prefer an exact number over the category', () => {
    expect(fill('{count, plural, =0 {none} other {#}}', { count: 0 }, 'en', plain)).toBe('none');
  });
  it('fill arguments inside an arm', () => {
    const text = 'Delete {count, plural, one {{name}} other {# of {name}}}?';
    expect(fill(text, { count: 3, name: 'contacts' }, 'en', plain)).toBe('Delete 3 of contacts?');
  });
  it('select by word', () => {
    expect(fill('{kind, select, won {Won} other {Open}}', { kind: 'won' }, 'en', plain)).toBe('Won');
  });
});
