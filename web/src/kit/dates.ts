// Reads dates as people type them. Day before month, as both languages of the interface write them.
import { addDays } from './format';

const words: Record<string, number> = { today: 0, 'hôm nay': 0, tomorrow: 1, 'ngày mai': 1, yesterday: -1, 'hôm qua': -1 };
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

export function readDate(text: string, today: string): string | null {
  const typed = text.trim().toLowerCase();
  const offset = words[typed];
  if (offset !== undefined) return addDays(today, offset);
  const relative = /^([+-])(\d{1,4})$/.exec(typed);
  if (relative) return addDays(today, Number(relative[1] + relative[2]!));
  const year = Number(today.slice(0, 4));
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed);
  if (iso) return real(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const digits = /^(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2}|\d{4}))?$/.exec(typed);
  if (digits) return real(fullYear(digits[3], year), Number(digits[2]), Number(digits[1]));
  const named = /^(\d{1,2})\s+([a-z]{3})[a-z]*(?:\s+(\d{2}|\d{4}))?$/.exec(typed);
  if (named) {
    const month = months.indexOf(named[2]!) + 1;
    return month === 0 ? null : real(fullYear(named[3], year), month, Number(named[1]));
  }
  return null;
}

function fullYear(text: string | undefined, otherwise: number): number {
  if (!text) return otherwise;
  return text.length === 2 ? 2000 + Number(text) : Number(text);
}

function real(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || month < 1) return null;
  return date.toISOString().slice(0, 10);
}
