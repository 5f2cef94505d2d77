// Figures as the server answers them, and how their values, keys and sentences are written.
import { api, type Query } from '$/catalog/client';
import { entity } from '$/catalog/session.svelte';
import type { MoneyValue } from '$/catalog/types';
import { isMoney } from '$/catalog/types';
import { locale, t } from '$/i18n/index.svelte';
import { days, daysBetween, interval, money, moneyShort, monthName, number, numberShort, percent, quarterName, today } from '$/kit/format';
import { leftOut, type Unpriced } from '$/records/left_out';
import { listAddress } from '$/shell/address';
import { chartMonths, fiscalQuarter, isRunning, periodNames, periodOf, type PeriodName } from './periods';

export interface Dimension {
  name: string;
  label: string;
}

export interface FigureInfo {
  name: string;
  label: string;
  definition: string;
  entity: string;
  formula: string;
  filter: string;
  success: string;
  period: string;
  by: string;
  group_by: Dimension[];
}

export type Unit = 'money' | 'rate' | 'days' | 'count' | 'money_per_day';
export type FigureNumber = MoneyValue | string | number | null;

export interface Records {
  entity: string;
  filter: string;
  // The moment at which the filter lists them.
  as_of?: string;
}

// A record of one part of a movement.
export interface Moved {
  id: string;
  title: string | null;
  value: MoneyValue;
  at: string;
}

export interface FigureValue {
  value: FigureNumber;
  n: number;
  interval: [number, number] | null;
  median?: FigureNumber;
  records: Records;
}

export interface FigureGroup extends FigureValue {
  key: string | number | boolean | null;
  id: string | null;
}

export interface FigurePart {
  label: string;
  formula: string;
  value: FigureNumber;
}

export interface FigureAnswer extends FigureValue {
  name: string;
  label: string;
  definition: string;
  unit: Unit;
  currency: string;
  by: string;
  groups: FigureGroup[];
  trace: FigurePart[];
  computed_at: string;
  notes: string[];
  unpriced: Unpriced | null;
  moved?: Moved[];
}

export interface FigureAsked extends Query {
  by?: string;
  from?: string;
  to?: string;
  filter?: string;
  as_of?: string;
  // Of the pipeline's movement.
  closing_from?: string;
  closing_to?: string;
  part?: string;
}

export const listFigures = () => api.get<FigureInfo[]>('/figures');
export const figureAnswer = (name: string, asked: FigureAsked, signal?: AbortSignal) => api.get<FigureAnswer>(`/figures/${name}`, asked, signal);

// ---- Asking ----------------------------------------------------------------------------------------------------

export function during(name: PeriodName, day: string): { from?: string; to?: string } {
  const period = periodOf(name, day, locale.fiscalYearStart);
  return period ? { from: period.from, to: period.to } : {};
}

// Of a movement: what happened in the period up to `day`, to the deals that close in it.
export function movementOf(name: PeriodName, day: string): FigureAsked {
  const period = periodOf(name, day, locale.fiscalYearStart);
  if (!period) return {};
  return { from: period.from, to: period.to < day ? period.to : day, closing_from: period.from, closing_to: period.to };
}

export const monthsOf = (name: PeriodName, day: string) => chartMonths(name, day, locale.fiscalYearStart);

// The periods to choose from; those that run say how far they are.
export function periodOptions(day: string): { value: PeriodName; label: string }[] {
  return periodNames.map((value) => {
    const period = periodOf(value, day, locale.fiscalYearStart);
    const label = t(`figures.period_${value}`);
    if (!isRunning(period, day)) return { value, label };
    return { value, label: t('figures.period_running', { period: label, day: daysBetween(period!.from, day) + 1, of: daysBetween(period!.from, period!.to) + 1 }) };
  });
}

export const scopeFilter = (scope: string) => (scope === 'mine' ? 'owner = CURRENT_USER()' : undefined);

export function figureAddress(name: string, query: Record<string, string | undefined> = {}): string {
  return listAddress(`figures/${name}`, query);
}

// ---- Numbers ---------------------------------------------------------------------------------------------------

export function plain(value: FigureNumber): number {
  if (value === null) return Number.NaN;
  return Number(isMoney(value) ? value.amount : value);
}

export function valueText(value: FigureNumber, unit: Unit): string {
  if (value === null) return '—';
  if (isMoney(value)) return moneyShort(value);
  if (unit === 'rate') return percent(value, 0);
  if (unit === 'days') return days(Math.round(Number(value)));
  return number(value, { most: 0 });
}

// Every digit, for tables and traces.
export function exactText(value: FigureNumber, unit: Unit | null): string {
  if (value === null) return '—';
  if (isMoney(value)) return unit === 'money_per_day' ? t('figures.per_day', { amount: money(value) }) : money(value);
  if (unit === 'rate') return percent(value, 1, 1);
  if (unit === 'days') return days(Number(Number(value).toFixed(1)));
  return number(value, { most: 4 });
}

export function intervalText(value: FigureValue): string {
  return value.interval ? interval(value.interval[0], value.interval[1]) : '';
}

// The sentence under a key figure: what it rests on.
export function basis(answer: FigureAnswer): string {
  const part = answer.trace[0]?.value;
  if (answer.unit === 'rate' && typeof part === 'number') return t('figures.of_closed', { part, count: answer.n });
  if (answer.unit === 'days' && answer.median !== undefined && answer.median !== null)
    return t('figures.median_of', { median: Math.round(plain(answer.median)), count: answer.n });
  return t('figures.deals', { count: answer.n });
}

// Under this many cases a rate says little and is drawn grey.
export const enoughCases = 12;

// ---- Keys of groups --------------------------------------------------------------------------------------------

export const isTime = (by: string) => by === 'month' || by === 'quarter' || by === 'year';

export function keyText(group: FigureGroup, by: string, of: string): string {
  const { key } = group;
  if (key === null || key === '') return t('figures.not_set');
  if (by === 'month') return monthName(String(key));
  if (by === 'part') return t(`figures.moved_${String(key)}`);
  if (by === 'year') return String(key);
  const quarter = by === 'quarter' ? /^(\d{4})-Q(\d)$/.exec(String(key)) : null;
  if (quarter) return quarterName(Number(quarter[1]), Number(quarter[2]));
  for (const name of [of, 'account']) {
    const choice = entity(name)?.fields.find((field) => field.name === by)?.choices?.find(({ value }) => value === key);
    if (choice) return choice.label;
  }
  return String(key);
}

// Time and stages keep their order; other groups go by size, the nameless last.
export function ordered(answer: FigureAnswer): FigureGroup[] {
  if (isTime(answer.by) || answer.by === 'stage' || answer.by === 'part') return answer.groups;
  const size = (group: FigureGroup) => (Number.isNaN(plain(group.value)) ? -Infinity : plain(group.value));
  return [...answer.groups].sort((a, b) => Number(a.key === null) - Number(b.key === null) || size(b) - size(a));
}

// A chart over time has a place for months in which nothing happened.
export function withGaps(answer: FigureAnswer): FigureGroup[] {
  const groups = answer.groups.filter((group) => group.key !== null);
  if (answer.by !== 'month' || groups.length === 0) return groups;
  const byKey = new Map(groups.map((group) => [String(group.key), group]));
  const keys = [...byKey.keys()].sort();
  const filled: FigureGroup[] = [];
  let [year, month] = keys[0]!.split('-').map(Number) as [number, number];
  for (let key = keys[0]!; key <= keys.at(-1)! && filled.length < 600; ) {
    filled.push(byKey.get(key) ?? { key, id: null, value: null, n: 0, interval: null, records: { ...answer.records, filter: 'FALSE' } });
    month += 1;
    if (month > 12) [year, month] = [year + 1, 1];
    key = `${year}-${String(month).padStart(2, '0')}-01`;
  }
  return filled;
}

export function isRunningKey(key: string, by: string): boolean {
  const day = today();
  if (by === 'month') return key.slice(0, 7) === day.slice(0, 7);
  const { year, quarter } = fiscalQuarter(day, locale.fiscalYearStart);
  return by === 'quarter' ? key === `${year}-Q${quarter}` : Number(key) === year;
}

// Lines of an axis, in the unit of the figure, three digits.
export function axisText(value: number, answer: FigureAnswer): string {
  if (answer.unit === 'rate') return percent(value, 0);
  // The currency stands in the title, once.
  return value === 0 ? '0' : numberShort(value).replace(/([.,]\d*?)0+(?=\D*$)/, (_, kept: string) => (kept.length > 1 ? kept : ''));
}

// ---- The records behind ----------------------------------------------------------------------------------------

// None where they are too many to be named, or no records (the whole of a conversion counts stays): without a filter the
// list would show every record there is.
export function recordsAddress(records: Records, asOf: string | null): string | undefined {
  const plural = records.filter ? entity(records.entity)?.plural : undefined;
  return plural ? listAddress(plural, { view: 'all', filter: records.filter, as_of: records.as_of ?? asOf ?? undefined }) : undefined;
}

// What the value does not contain, for want of a rate.
export const leftOutOf = (answer: FigureAnswer, asOf: string | null) => leftOut(entity(answer.records.entity)?.plural, answer.unpriced, { as_of: asOf ?? undefined });

export const hasRecords = (answer: FigureAnswer) => answer.records.filter !== '';

// Of the movement's parts the records are named as they are now.
export const groupRecords = (answer: FigureAnswer, group: FigureGroup, asOf: string | null) => recordsAddress(group.records, answer.name === 'pipeline_movement' ? null : asOf);

// What is open now: a period does not have to be asked for.
export const isOngoing = (answer: FigureAnswer) => ['pipeline', 'weighted_pipeline', 'stale_deals'].includes(answer.name);

// Whether the groups' values are parts of the whole.
export const partsAddUp = (answer: FigureAnswer) => answer.name !== 'pipeline_movement' && (answer.unit === 'money' || answer.unit === 'count');

// ---- The trace -------------------------------------------------------------------------------------------------

const partNames: Record<string, string> = {
  Records: 'records', Successes: 'successes', Cases: 'cases', 'Open deals': 'open_deals', 'Win rate': 'win_rate',
  'Average won value': 'average_won', 'Average days': 'average_days',
};

// The calculation with the numbers in it, where the parts are a formula of their own: 12 / 54.
export function sumText(answer: FigureAnswer): string {
  const value = (label: string) => answer.trace.find((part) => part.label === label)?.value ?? null;
  if (answer.unit === 'rate' && value('Cases') !== null) return `${exactText(value('Successes'), null)} / ${exactText(value('Cases'), null)} = ${exactText(answer.value, 'rate')}`;
  if (answer.unit === 'money_per_day' && answer.value !== null)
    return `${exactText(value('Open deals'), null)} × ${exactText(value('Win rate'), 'rate')} × ${exactText(value('Average won value'), null)} / ${exactText(value('Average days'), 'days')} = ${exactText(answer.value, 'money_per_day')}`;
  return '';
}

// The parts of every figure bear one of a few names; any other is the figure itself.
export function partName(part: FigurePart, answer: FigureAnswer): string {
  const word = partNames[part.label];
  if (answer.name === 'pipeline_movement') return t(`figures.moved_${part.label}`);
  return word ? t(`figures.part_${word}`) : answer.label;
}

export function partUnit(part: FigurePart, answer: FigureAnswer): Unit | null {
  if (part.label === 'Win rate') return 'rate';
  if (part.label === 'Average days') return 'days';
  return partNames[part.label] ? null : answer.unit;
}
