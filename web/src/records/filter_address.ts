// Writes the filter of the list that is open into its address.
import type { Entity } from '$/catalog/types';
import { router } from '$/shell/router.svelte';
import { filterFormula, type Part } from './filter';
import type { Shown } from './view';

// No filter at all differs from "the view's filter": the address says so with an empty parameter.
export function keepEmpty(): void {
  const query = new URLSearchParams(location.search);
  query.set('filter', '');
  router.go(`${location.pathname}?${query}`, { replace: true });
}

export function putParts(parts: Part[], entity: Entity, shown: Shown): void {
  router.set({ filter: filterFormula(parts, entity), ...(parts.length === 0 && !shown.view ? { view: 'all' } : {}) });
  if (parts.length === 0) keepEmpty();
}
