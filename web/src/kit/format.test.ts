// The writing rules for numbers, money and dates, in both languages.
import { beforeEach, describe, expect, it } from 'vitest';
import { locale } from '$/i18n/index.svelte';
import * as format from './format';

const now = new Date('2026-11-25T05:00:00Z');
const dong = (amount: string) => ({ amount, currency: 'VND' });
const dollars = (amount: string) => ({ amount, currency: 'USD' });

beforeEach(async () => {
  await locale.choose('en');
  locale.zone = 'Asia/Ho_Chi_Minh';
});

describe('in English', () => {
  it('numbers group by comma and use the true minus sign', () => {
    expect(format.number('1234567.89')).toBe('1,234,567.89');
    expect(format.number(-1920000)).toBe('−1,920,000');
    expect(format.signed(21.4)).toBe('+21.4');
  });
  it('money is full or in three figures', () => {
    expect(format.money(dong('4820000000'))).toBe('₫4,820,000,000');
    expect(format.money(dollars('184000'))).toBe('$184,000.00');
    expect(format.moneyShort(dong('4820000000'))).toBe('₫4.82bn');
    expect(format.moneyShort(dong('482000000'))).toBe('₫482m');
    expect(format.moneyShort(dong('54800000000'))).toBe('₫54.8bn');
    expect(format.moneyShort(dollars('999950'))).toBe('$1.00m');
    expect(format.moneyShort(dollars('-184000'))).toBe('−$184k');
    expect(format.moneyShort(dollars('12'))).toBe('$12');
  });
  it('money keeps every digit of a long amount', () => {
    expect(format.money(dollars('90071992547409931.25'))).toBe('$90,071,992,547,409,931.25');
  });
  it('dates are short, full or relative', () => {
    expect(format.dayShort('2026-12-16', now)).toBe('16 Dec');
    expect(format.dayShort('2025-12-16', now)).toBe('16 Dec 2025');
    expect(format.moment('2026-11-26T02:00:00Z')).toBe('Thu 26 Nov 2026, 09:00');
    expect(format.relativeDay('2026-11-25T03:42:00Z', now)).toBe('Today 10:42');
    expect(format.relativeDay('2026-11-24T03:42:00Z', now)).toBe('Yesterday');
    expect(format.dayHeading('2026-11-12', now)).toBe('12 November');
  });
  it('an instant late in the evening belongs to the day of the company zone', () => {
    expect(format.dayShort('2026-11-24T18:30:00Z', now)).toBe('25 Nov');
  });
  it('durations and rates', () => {
    expect(format.duration(11400)).toBe('3 h 10');
    expect(format.duration(12 * 86400)).toBe('12 days');
    expect(format.percent('0.234')).toBe('23.4%');
    expect(format.interval(0.3, 0.56)).toBe('30–56%');
  });
});

describe('in Vietnamese', () => {
  beforeEach(() => locale.choose('vi'));
  it('numbers and money', () => {
    expect(format.number('1234567.89')).toBe('1.234.567,89');
    expect(format.money(dong('4820000000'))).toBe('4.820.000.000 ₫');
    expect(format.money(dollars('184000'))).toBe('184.000,00 US$');
    expect(format.moneyShort(dong('4820000000'))).toBe('4,82 tỷ');
    expect(format.moneyShort(dong('482000000'))).toBe('482 tr');
  });
  it('dates and periods', () => {
    expect(format.dayShort('2026-12-16', now)).toBe('16/12');
    expect(format.moment('2026-11-26T02:00:00Z')).toBe('Th 5 26/11/2026, 09:00');
    expect(format.monthName('2026-10')).toBe('tháng 10/2026');
    expect(format.quarterName(2026, 4)).toBe('Quý 4/2026');
    expect(format.duration(11400)).toBe('3 giờ 10');
    expect(format.duration(12 * 86400)).toBe('12 ngày');
  });
});

describe('typed numbers', () => {
  it('read separators by language', () => {
    expect(format.parseNumber('1,234.50', 'en')).toBe('1234.5');
    expect(format.parseNumber('1.234,50', 'vi')).toBe('1234.5');
    expect(format.parseNumber('abc', 'en')).toBeNull();
    expect(format.parseNumber('1.2.3', 'en')).toBeNull();
  });
  it('read suffixes without losing a digit', () => {
    expect(format.parseNumber('1.84bn', 'en')).toBe('1840000000');
    expect(format.parseNumber('4,82 tỷ', 'vi')).toBe('4820000000');
    expect(format.parseNumber('482tr', 'vi')).toBe('482000000');
    expect(format.parseNumber('0.5k', 'en')).toBe('500');
    expect(format.parseNumber('-12k', 'en')).toBe('-12000');
  });
});

it('folding takes accents and case away', () => {
  expect(format.folded('Đặng Thùy Linh')).toBe('dang thuy linh');
});

it('initials take the first and the last name', () => {
  expect(format.initials('Trần Minh Khôi')).toBe('TK');
  expect(format.initials('Bluewater')).toBe('B');
});
