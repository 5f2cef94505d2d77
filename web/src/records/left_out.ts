// The records that a sum leaves out, because their amounts have no rate into the reporting currency.
import { listAddress } from '$/shell/address';

// As the board and a figure tell it; a group's sums tell it of each aggregate.
export interface Unpriced {
  n: number;
  filter: string;
}

export interface LeftOut {
  n: number;
  // The list of them; undefined where they cannot be told by a filter.
  href: string | undefined;
}

// `within`: what else narrows the list that was summed.
export function leftOut(plural: string | undefined, unpriced: Unpriced | Unpriced[] | null | undefined, within: { search?: string; as_of?: string } = {}): LeftOut | null {
  const all = [unpriced ?? []].flat().filter(({ n }) => n > 0);
  if (all.length === 0) return null;
  // Several sums over the same amounts leave out the same records.
  const filters = [...new Set(all.map(({ filter }) => filter).filter(Boolean))];
  const filter = filters.length > 1 ? filters.map((one) => `(${one})`).join(' OR ') : filters[0];
  return { n: Math.max(...all.map(({ n }) => n)), href: plural && filter ? listAddress(plural, { view: 'all', filter, ...within }) : undefined };
}
