// A figure's groups as CSV: plain numbers with a point, as every program reads them, and the server's own keys.
import { keyText, ordered, plain, type FigureAnswer } from './figures';

function cell(value: string | number): string {
  const text = String(value);
  // A text that a spreadsheet would take for a formula is marked as text.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(answer: FigureAnswer, entity: string, heading: string): string {
  const rated = answer.groups.some((group) => group.interval);
  const number = (value: number) => (Number.isNaN(value) ? '' : value);
  const head = [heading, answer.unit === 'money' || answer.unit === 'money_per_day' ? `${answer.label} (${answer.currency})` : answer.label, ...(rated ? ['low', 'high'] : []), 'n'];
  const lines = ordered(answer).map((group) => [
    keyText(group, answer.by, entity), number(plain(group.value)), ...(rated ? [group.interval?.[0] ?? '', group.interval?.[1] ?? ''] : []), group.n,
  ]);
  return `${[head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}
