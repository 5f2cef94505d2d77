// Why a filter matches nothing: which of its parts match nothing by themselves, or without which of them there would be something.
import type { Entity } from '$/catalog/types';
import { complete, filterFormula, type Part } from './filter';

// More parts than anybody sets by hand are not looked at one by one; the server counts at most 100 filters at once.
const most = 40;

export interface Reason {
  // Its place among the parts; the search stands beside them.
  part: number | 'search';
  // How many match without it; 0: it matches nothing even alone.
  without: number;
}

// What is to be counted. The search is counted by a list, since a count takes filters only.
export function questions(parts: Part[], entity: Entity): Record<string, string> {
  const asked: Record<string, string> = {};
  for (const [at, part] of parts.slice(0, most).entries()) {
    if (!complete(part)) continue;
    asked[`alone ${at}`] = filterFormula([part], entity);
    if (parts.length > 1) asked[`without ${at}`] = filterFormula(parts.filter((other) => other !== part), entity);
  }
  return asked;
}

export interface Counted {
  counts: Record<string, number | null>;
  // Of a list that is searched, too: how many the search finds alone, and how many match without it.
  search?: { alone: number; without: number };
}

export function reasonsOf({ counts, search }: Counted): Reason[] {
  const places = (what: string, fits: (count: number) => boolean) =>
    Object.entries(counts).flatMap(([name, count]) => (name.startsWith(`${what} `) && count !== null && fits(count) ? { part: Number(name.slice(what.length + 1)), count } : []));
  const idle: Reason[] = places('alone', (count) => count === 0).map(({ part }) => ({ part, without: 0 }));
  if (search?.alone === 0) idle.push({ part: 'search', without: 0 });
  if (idle.length > 0) return idle;
  // What is counted without a part knows nothing of the search.
  const freed: Reason[] = search ? [] : places('without', (count) => count > 0).map(({ part, count }) => ({ part, without: count }));
  if (search && search.without > 0) freed.push({ part: 'search', without: search.without });
  return freed.sort((a, b) => b.without - a.without).slice(0, 3);
}
