// Periods of the company's fiscal calendar, as days from and to (both included), in the company's zone.

export interface Period {
  from: string;
  to: string;
}

export type PeriodName = 'this_month' | 'last_month' | 'this_quarter' | 'last_quarter' | 'this_year' | 'last_year' | 'last_12_months' | 'all';

export const periodNames: readonly PeriodName[] = [
  'this_month', 'last_month', 'this_quarter', 'last_quarter', 'this_year', 'last_year', 'last_12_months', 'all',
];

function iso(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

function parts(day: string): { year: number; month: number; date: number } {
  return { year: Number(day.slice(0, 4)), month: Number(day.slice(5, 7)) - 1, date: Number(day.slice(8, 10)) };
}

// `months` whole months that begin `offset` spans away from the span that holds `today`.
function span(today: string, months: number, offset: number, fiscalStart: number): Period {
  const { year, month } = parts(today);
  const since = (((month - (fiscalStart - 1)) % months) + months) % months;
  const first = month - since + offset * months;
  return { from: iso(year, first, 1), to: iso(year, first + months, 0) };
}

export function periodOf(name: PeriodName, today: string, fiscalStart: number): Period | null {
  const { year, month, date } = parts(today);
  switch (name) {
    case 'this_month': return span(today, 1, 0, 1);
    case 'last_month': return span(today, 1, -1, 1);
    case 'this_quarter': return span(today, 3, 0, fiscalStart);
    case 'last_quarter': return span(today, 3, -1, fiscalStart);
    case 'this_year': return span(today, 12, 0, fiscalStart);
    case 'last_year': return span(today, 12, -1, fiscalStart);
    case 'last_12_months': return { from: iso(year - 1, month, date + 1), to: today };
    case 'all': return null;
  }
}

// The first day of the twelve months that end with this one: whole months, so that none is cut in a chart.
export function yearBefore(day: string): string {
  const { year, month } = parts(day);
  return iso(year, month - 11, 1);
}

// The months that a chart by month shows for a period: its own where it is a year, all of them where there is no period,
// else the twelve that end with it, because one to three columns tell nothing. `until`: the end of those twelve.
export function chartMonths(name: PeriodName, today: string, fiscalStart: number): { from?: string; to?: string; until?: string } {
  const period = periodOf(name, today, fiscalStart);
  if (!period) return {};
  const to = period.to < today ? period.to : today;
  if (name === 'last_12_months') return { from: yearBefore(today), to };
  if (name === 'this_year' || name === 'last_year') return { from: period.from, to };
  return { from: yearBefore(to), to, until: to };
}

// Whether the period still runs on that day: its last bar is hatched and its figures say "so far".
export function isRunning(period: Period | null, today: string): boolean {
  return period !== null && period.from <= today && today < period.to;
}

export interface FiscalQuarter {
  year: number;
  quarter: number;
}

// The fiscal year carries the number of the calendar year in which it ends.
export function fiscalQuarter(day: string, fiscalStart: number): FiscalQuarter {
  const { year, month } = parts(day);
  const since = (month - (fiscalStart - 1) + 12) % 12;
  const endsNextYear = fiscalStart > 1 && month >= fiscalStart - 1;
  return { year: endsNextYear ? year + 1 : year, quarter: Math.floor(since / 3) + 1 };
}

export function addDays(day: string, days: number): string {
  const { year, month, date } = parts(day);
  return iso(year, month, date + days);
}

// The first day of the quarter after (or at or before, for -1) the given day: the steps of the as-of buttons.
export function fiscalBoundary(day: string, direction: 1 | -1, fiscalStart: number): string {
  const here = span(day, 3, 0, fiscalStart);
  if (direction === 1) return span(day, 3, 1, fiscalStart).from;
  return here.from < day ? here.from : span(day, 3, -1, fiscalStart).from;
}

export function todayIn(zone: string, now: Date = new Date()): string {
  const form = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return form.format(now);
}
