// How the command palette ranks: every letter in order, better at word starts and in a row; exact accents first.
import { t } from '$/i18n/index.svelte';
import { dayFull, folded, moment, money, number } from '$/kit/format';

// 0 when it does not match; higher is better.
export function score(text: string, wanted: string): number {
  if (wanted === '') return 1;
  const plain = folded(text);
  const letters = folded(wanted).replace(/\s+/g, ' ').trim();
  if (letters === '') return 1;
  let points = 0;
  const at = plain.indexOf(letters);
  if (at >= 0) {
    points = 1000 - Math.min(at, 100) * 2 - plain.length / 10;
    if (at === 0 || /[\s\-/(]/.test(plain[at - 1]!)) points += 400;
    if (at === 0 && plain.length === letters.length) points += 400;
  } else {
    points = scattered(plain, letters);
  }
  if (points > 0 && text.toLowerCase().includes(wanted.trim().toLowerCase())) points += 50;
  return points;
}

function scattered(plain: string, letters: string): number {
  let points = 100;
  let from = 0;
  let run = 0;
  for (const letter of letters) {
    if (letter === ' ') continue;
    const at = plain.indexOf(letter, from);
    if (at < 0) return 0;
    run = at === from && from > 0 ? run + 1 : 0;
    points += run * 8 - (at - from);
    if (at === 0 || plain[at - 1] === ' ') points += 20;
    from = at + 1;
  }
  return Math.max(points, 1);
}

// Records by how well their title fits; those found by something else than their title keep the server's order behind.
export function ranked<Hit extends { entity: string; id: string; title: string }>(found: Hit[], wanted: string): Hit[] {
  const seen = new Set<string>();
  return found
    .filter(({ entity, id }) => !seen.has(`${entity}/${id}`) && seen.add(`${entity}/${id}`))
    .map((hit, at) => ({ hit, at, points: Math.round(score(hit.title, wanted)) }))
    .sort((a, b) => b.points - a.points || a.at - b.at)
    .map(({ hit }) => hit);
}

const decimal = /^-?(0|[1-9]\d*)(\.\d+)?$/;

// What a formula gave, written as everywhere else.
export function written(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'number') return number(value, { most: 12 });
  if (typeof value === 'boolean') return t(value ? 'records.yes' : 'records.no');
  if (typeof value === 'object') {
    const { amount, currency, title } = value as { amount?: string; currency?: string; title?: string };
    return title ?? (amount !== undefined && currency ? money({ amount, currency }) : JSON.stringify(value));
  }
  const text = String(value);
  if (decimal.test(text)) return number(text, { most: 12 });
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dayFull(text);
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) ? moment(text) : text;
}

export type Mode = 'all' | 'commands' | 'records' | 'formula';

export function modeOf(text: string): { mode: Mode; rest: string } {
  const rest = text.slice(1).trim();
  if (text.startsWith('>')) return { mode: 'commands', rest };
  if (text.startsWith('#')) return { mode: 'records', rest };
  if (text.startsWith('=')) return { mode: 'formula', rest };
  return { mode: 'all', rest: text.trim() };
}
