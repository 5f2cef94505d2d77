// What a list shows, as saved in a view and as written in the address. The address stands over the view.
import type { DataRecord } from '$/catalog/types';

export interface ViewDefinition {
  filter?: string;
  sort?: string;
  columns?: string[];
  aggregate?: string;
  // Absent: a list. A board keeps what its cards show in `columns`.
  shape?: 'list' | 'board';
}

export interface SavedView {
  id: string;
  version?: number;
  name: string;
  audience: 'private' | 'team' | 'everyone';
  is_default: boolean;
  mine: boolean;
  definition: ViewDefinition;
  record: DataRecord;
}

export function readView(record: DataRecord, me: string | undefined): SavedView {
  let definition: ViewDefinition = {};
  try {
    const read = JSON.parse(String(record.definition ?? '{}')) as ViewDefinition;
    if (read && typeof read === 'object') definition = read;
  } catch {
    // A view that cannot be read shows everything, as one without a definition.
  }
  return {
    id: record.id,
    version: record.version,
    name: String(record.name ?? ''),
    audience: (record.audience as SavedView['audience']) ?? 'private',
    is_default: record.is_default === true,
    mine: (record.owner as { id?: string } | null)?.id === me,
    definition,
    record,
  };
}

export interface Shown {
  view: string | null;
  filter: string;
  sort: string;
  columns: string[];
  search: string;
  asOf: string | null;
  bin: boolean;
  panel: string | null;
}

// "all" in the address is no view at all; without the parameter the default view opens.
// `standing`: the order of a list that nobody has sorted.
export function shownOf(query: URLSearchParams, views: SavedView[], defaults: string[], standing = ''): Shown {
  const asked = query.get('view');
  const direct = query.has('filter') || query.has('bin');
  const view = asked === 'all' ? undefined : (views.find(({ id }) => id === asked) ?? (asked || direct ? undefined : views.find(({ is_default }) => is_default)));
  const base = view?.definition ?? {};
  return {
    view: view?.id ?? null,
    filter: query.get('filter') ?? base.filter ?? '',
    sort: query.get('sort') ?? base.sort ?? standing,
    columns: query.get('columns')?.split(',').filter(Boolean) ?? base.columns ?? defaults,
    search: query.get('search') ?? '',
    asOf: query.get('as_of'),
    bin: query.get('bin') === '1',
    panel: query.get('open'),
  };
}

// Whether the list differs from the view that it started from.
export function differs(shown: Shown, view: SavedView | undefined, defaults: string[], standing = ''): boolean {
  const base = view?.definition ?? {};
  return (
    shown.filter !== (base.filter ?? '') ||
    shown.sort !== (base.sort ?? standing) ||
    shown.columns.join() !== (base.columns ?? defaults).join()
  );
}
