// Tests of the fiscal periods.
import { describe, expect, it } from 'vitest';
import { chartMonths, fiscalBoundary, fiscalQuarter, isRunning, periodOf, todayIn } from './periods';

describe('a chart by month', () => {
  it('shows the months of a year that is chosen, up to today', () => {
    expect(chartMonths('this_year', '2026-11-25', 1)).toEqual({ from: '2026-01-01', to: '2026-11-25' });
    expect(chartMonths('last_year', '2026-11-25', 4)).toEqual({ from: '2025-04-01', to: '2026-03-31' });
    expect(chartMonths('last_12_months', '2026-11-25', 1)).toEqual({ from: '2025-12-01', to: '2026-11-25' });
    expect(chartMonths('all', '2026-11-25', 1)).toEqual({});
  });
  it('shows the twelve months that end with a shorter period, and says so', () => {
    expect(chartMonths('this_quarter', '2026-11-25', 1)).toEqual({ from: '2025-12-01', to: '2026-11-25', until: '2026-11-25' });
    expect(chartMonths('last_quarter', '2026-11-25', 1)).toEqual({ from: '2025-10-01', to: '2026-09-30', until: '2026-09-30' });
  });
});

describe('a period', () => {
  it('follows the fiscal year', () => {
    expect(periodOf('this_quarter', '2026-11-25', 1)).toEqual({ from: '2026-10-01', to: '2026-12-31' });
    expect(periodOf('this_quarter', '2026-01-15', 2)).toEqual({ from: '2025-11-01', to: '2026-01-31' });
    expect(periodOf('this_year', '2026-03-31', 4)).toEqual({ from: '2025-04-01', to: '2026-03-31' });
    expect(periodOf('last_year', '2026-04-01', 4)).toEqual({ from: '2025-04-01', to: '2026-03-31' });
  });
  it('holds the last day of February in a leap year', () => {
    expect(periodOf('last_month', '2028-03-10', 1)).toEqual({ from: '2028-02-01', to: '2028-02-29' });
  });
  it('of twelve months ends today', () => {
    expect(periodOf('last_12_months', '2026-11-25', 1)).toEqual({ from: '2025-11-26', to: '2026-11-25' });
  });
  it('runs until the day before its last', () => {
    const quarter = periodOf('this_quarter', '2026-11-25', 1);
    expect(isRunning(quarter, '2026-11-25')).toBe(true);
    expect(isRunning(quarter, '2026-12-31')).toBe(false);
    expect(isRunning(null, '2026-11-25')).toBe(false);
  });
});

describe('a fiscal quarter', () => {
  it('is named by the year in which its fiscal year ends', () => {
    expect(fiscalQuarter('2026-11-25', 1)).toEqual({ year: 2026, quarter: 4 });
    expect(fiscalQuarter('2026-11-25', 4)).toEqual({ year: 2027, quarter: 3 });
    expect(fiscalQuarter('2026-03-31', 4)).toEqual({ year: 2026, quarter: 4 });
  });
  it('has boundaries to step to', () => {
    expect(fiscalBoundary('2026-11-25', -1, 1)).toBe('2026-10-01');
    expect(fiscalBoundary('2026-10-01', -1, 1)).toBe('2026-07-01');
    expect(fiscalBoundary('2026-10-01', 1, 1)).toBe('2027-01-01');
  });
});

describe('today', () => {
  it('is the day in the company zone', () => {
    expect(todayIn('Asia/Ho_Chi_Minh', new Date('2026-11-24T18:00:00Z'))).toBe('2026-11-25');
    expect(todayIn('America/New_York', new Date('2026-11-25T03:00:00Z'))).toBe('2026-11-24');
  });
});
