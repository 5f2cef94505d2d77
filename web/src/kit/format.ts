// How numbers, money, dates and durations are written, by language; the rules are those of the design's section 8.
import { locale, t } from '$/i18n/index.svelte';

export interface Money {
  amount: string;
  currency: string;
}

const minus = (text: string) => text.replace(/^-|(?<=[^\d])-/g, '−').replace(/[\u00a0\u202f]/g, ' ');

const cache = new Map<string, Intl.NumberFormat>();
function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale.language + JSON.stringify(options);
  let format = cache.get(key);
  if (!format) cache.set(key, (format = new Intl.NumberFormat(locale.language, options)));
  return format;
}

// Decimal texts go through Intl as they are, so that no digit is lost on the way.
type Numeric = number | string;
const write = (format: Intl.NumberFormat, value: Numeric) => minus(format.format(value as number));

export function number(value: Numeric, decimals?: { least?: number; most?: number }): string {
  return write(
    numberFormat({ minimumFractionDigits: decimals?.least ?? 0, maximumFractionDigits: decimals?.most ?? decimals?.least ?? 6 }),
    value,
  );
}

export function signed(value: Numeric, most = 1): string {
  const text = number(value, { most });
  return Number(value) > 0 ? `+${text}` : text;
}

// 0.05 is written 5%.
export function percent(value: Numeric, most = 1, least = 0): string {
  return `${number(Number(value) * 100, { least, most })}%`;
}

export function interval(low: Numeric, high: Numeric): string {
  return `${number(Math.round(Number(low) * 100))}–${number(Math.round(Number(high) * 100))}%`;
}

export function currencyDecimals(currency: string): number {
  try {
    return numberFormat({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

export function currencySign(currency: string): string {
  try {
    return numberFormat({ style: 'currency', currency }).formatToParts(0).find((part) => part.type === 'currency')!.value;
  } catch {
    return currency;
  }
}

// Full: ₫4,820,000,000 or 4.820.000.000 ₫.
export function money(value: Money): string {
  try {
    return write(numberFormat({ style: 'currency', currency: value.currency }), value.amount);
  } catch {
    return `${number(value.amount, { least: 2 })} ${value.currency}`;
  }
}

// The amount alone, for columns that carry the unit in their head.
export function amount(value: Money): string {
  return number(value.amount, { least: currencyDecimals(value.currency) });
}

const steps = [
  { from: 1e12, en: 'tn', vi: 'nghìn tỷ' },
  { from: 1e9, en: 'bn', vi: 'tỷ' },
  { from: 1e6, en: 'm', vi: 'tr' },
  { from: 1e3, en: 'k', vi: 'nghìn' },
];

function threeFigures(value: number): { text: string; step: (typeof steps)[number] | null } {
  const size = Math.abs(value);
  // 999,950 rounds up into the next step.
  const step = steps.find(({ from }) => Number((size / from).toPrecision(3)) >= 1) ?? null;
  const scaled = step ? value / step.from : value;
  const before = Math.max(1, Math.floor(Math.log10(Math.max(1, Number(Math.abs(scaled).toPrecision(3))))) + 1);
  const decimals = step ? Math.max(0, 3 - before) : 0;
  return { text: number(scaled, { least: decimals }), step };
}

// Short, three figures: ₫4.82bn or 4,82 tỷ. In Vietnamese the đồng needs no sign.
export function moneyShort(value: Money): string {
  const { text, step } = threeFigures(Number(value.amount));
  const sign = currencySign(value.currency);
  if (locale.language === 'vi') {
    const scaled = step ? `${text} ${step.vi}` : text;
    return value.currency === 'VND' && step ? scaled : `${scaled} ${sign}`;
  }
  const body = step ? `${text}${step.en}` : text;
  return body.startsWith('−') ? `−${sign}${body.slice(1)}` : `${sign}${body}`;
}

export function numberShort(value: Numeric): string {
  const { text, step } = threeFigures(Number(value));
  if (!step) return number(value, { most: 2 });
  return locale.language === 'vi' ? `${text} ${step.vi}` : `${text}${step.en}`;
}

// Counts over 10,000 that are estimates read "about 12,300".
export function count(value: number): string {
  return number(value);
}

// ---- Dates ---------------------------------------------------------------------------------------------------

export interface DateParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  weekday: number; // 0 Sunday
}

const zoned = new Map<string, Intl.DateTimeFormat>();
export function parts(value: string | Date, zone = locale.zone): DateParts {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) {
    const [year, month, day] = value.split('-').map(Number) as [number, number, number];
    return { year, month, day, hour: 0, minute: 0, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
  }
  let format = zoned.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    });
    zoned.set(zone, format);
  }
  const found: Record<string, number> = {};
  for (const part of format.formatToParts(new Date(value))) if (part.type !== 'literal') found[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = found;
  return { year, month, day, hour, minute, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

const two = (value: number) => String(value).padStart(2, '0');
const isoOf = (value: DateParts) => `${value.year}-${two(value.month)}-${two(value.day)}`;

export function today(now: Date = new Date()): string {
  return isoOf(parts(now));
}

export function addDays(date: string, days: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

const monthsShort = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const daysShort = { en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'], vi: ['CN', 'Th 2', 'Th 3', 'Th 4', 'Th 5', 'Th 6', 'Th 7'] };

// 16 Dec, 16/12; with the year when it is not the current one.
export function dayShort(value: string | Date, now: Date = new Date()): string {
  const at = parts(value);
  const foreign = at.year !== parts(now).year;
  if (locale.language === 'vi') return `${two(at.day)}/${two(at.month)}${foreign ? `/${at.year}` : ''}`;
  return `${at.day} ${monthsShort[at.month - 1]}${foreign ? ` ${at.year}` : ''}`;
}

export function dayFull(value: string | Date): string {
  const at = parts(value);
  const weekday = daysShort[locale.language][at.weekday];
  if (locale.language === 'vi') return `${weekday} ${two(at.day)}/${two(at.month)}/${at.year}`;
  return `${weekday} ${at.day} ${monthsShort[at.month - 1]} ${at.year}`;
}

// 1 Oct 2026, always with the year.
export function dayYear(value: string | Date): string {
  const at = parts(value);
  if (locale.language === 'vi') return `${two(at.day)}/${two(at.month)}/${at.year}`;
  return `${at.day} ${monthsShort[at.month - 1]} ${at.year}`;
}

export function time(value: string | Date): string {
  const at = parts(value);
  return `${two(at.hour)}:${two(at.minute)}`;
}

export function moment(value: string | Date): string {
  return `${dayFull(value)}, ${time(value)}`;
}

// "Today 10:42", "Yesterday", "12 Nov"; the time only where it helps.
export function relativeDay(value: string | Date, now: Date = new Date()): string {
  const dated = typeof value === 'string' && value.length === 10;
  const difference = daysBetween(today(now), isoOf(parts(value)));
  if (difference === 0) return dated ? t('kit.today') : `${t('kit.today')} ${time(value)}`;
  if (difference === -1) return t('kit.yesterday');
  if (difference === 1) return dated ? t('kit.tomorrow') : `${t('kit.tomorrow')} ${time(value)}`;
  return dayShort(value, now);
}

// Head of a group of days in a timeline: Today, Yesterday, 12 November.
export function dayHeading(value: string | Date, now: Date = new Date()): string {
  const at = parts(value);
  const difference = daysBetween(today(now), isoOf(at));
  if (difference === 0) return t('kit.today');
  if (difference === -1) return t('kit.yesterday');
  if (difference === 1) return t('kit.tomorrow');
  const foreign = at.year !== parts(now).year;
  if (locale.language === 'vi') return `${two(at.day)}/${two(at.month)}${foreign ? `/${at.year}` : ''}`;
  const month = new Intl.DateTimeFormat('en', { month: 'long', timeZone: 'UTC' }).format(Date.UTC(at.year, at.month - 1, 1));
  return `${at.day} ${month}${foreign ? ` ${at.year}` : ''}`;
}

export function monthName(value: string): string {
  const at = parts(value.length === 7 ? `${value}-01` : value);
  return locale.language === 'vi' ? `tháng ${at.month}/${at.year}` : `${monthsShort[at.month - 1]} ${at.year}`;
}

export function quarterName(year: number, quarter: number): string {
  return locale.language === 'vi' ? `Quý ${quarter}/${year}` : `Q${quarter} ${year}`;
}

export function days(value: number): string {
  return t('kit.days', { count: value });
}

// Seconds as "3 h 10", "12 days".
export function duration(seconds: number): string {
  const total = Math.round(Math.abs(seconds) / 60);
  const sign = seconds < 0 ? '−' : '';
  if (total >= 48 * 60) return sign + days(Math.round(total / 1440));
  const hours = Math.floor(total / 60);
  const minutes = total % 60;
  if (hours === 0) return `${sign}${minutes} ${t('kit.minutes_short')}`;
  return `${sign}${hours} ${t('kit.hours_short')}${minutes ? ` ${two(minutes)}` : ''}`;
}

// ---- Reading what people type ------------------------------------------------------------------------------

// "1.234,5" in Vietnamese, "1,234.5" in English, with k, m, bn, tr, tỷ behind. Gives a decimal text or null.
export function parseNumber(text: string, language: string = locale.language): string | null {
  const found = /^([−-]?)\s*([\d.,\s]+)\s*(k|m|bn|tn|n|nghìn|ngàn|tr|triệu|tỷ|tỉ)?$/i.exec(text.trim().replace(/[₫$€£%]/g, ''));
  if (!found) return null;
  const comma = language === 'vi';
  let digits = found[2]!.replace(/\s/g, '');
  digits = comma ? digits.replace(/\./g, '').replace(',', '.') : digits.replace(/,/g, '');
  if (!/^\d*\.?\d*$/.test(digits) || !/\d/.test(digits)) return null;
  const zeros = { k: 3, n: 3, nghìn: 3, ngàn: 3, m: 6, tr: 6, triệu: 6, bn: 9, tỷ: 9, tỉ: 9, tn: 12 }[found[3]?.toLowerCase() ?? ''] ?? 0;
  const [whole = '', fraction = ''] = digits.split('.');
  const shifted = fraction.padEnd(zeros, '0');
  const integer = (whole + shifted.slice(0, zeros)).replace(/^0+(?=\d)/, '') || '0';
  const rest = shifted.slice(zeros).replace(/0+$/, '');
  return `${found[1] ? '-' : ''}${integer}${rest ? `.${rest}` : ''}`;
}

// Accents and case folded away, for search by hand: "Đặng" is found by "dang".
export function folded(text: string): string {
  return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[đĐ]/g, 'd').toLowerCase();
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return '?';
  const first = words[0]![0]!;
  const last = words.length > 1 ? words.at(-1)![0]! : '';
  return (first + last).toUpperCase();
}

// The first letter as a capital, for words put together: "cơ hội mới" begins a button as "Cơ hội mới".
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
