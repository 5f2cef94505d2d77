import { describe, expect, it } from 'vitest';
import { agreed } from './drop_field';

const loss = { agree: 'drop account.x_credit_class', values: 3, in_bin: 1, requirements: 0, views: 0, export: '' };

describe('Dropping a field', () => {
  it('is agreed to by the name of the step, however a keyboard spaces and capitalises it', () => {
    expect(agreed('drop account.x_credit_class', loss)).toBe(true);
    expect(agreed('  Drop  account.x_credit_class ', loss)).toBe(true);
  });
  it('is agreed to by nothing less and nothing else', () => {
    for (const typed of ['', 'drop', 'yes', 'account.x_credit_class', 'drop account.x_credit', 'drop account.x_credit_classes', 'drop contact.x_credit_class']) expect(agreed(typed, loss)).toBe(false);
  });
});
