// The address holds the whole state: path and query are read from it and written to it, nothing is kept beside it.
export interface Place {
  path: string;
  query: URLSearchParams;
}

const read = (): Place => ({ path: decodeURI(location.pathname), query: new URLSearchParams(location.search) });

class Router {
  place = $state.raw<Place>(read());
  // What a page wants to find again after Back: scroll position, focused row. Kept with the history entry.
  private leaving = new Set<() => Record<string, unknown>>();

  start(): void {
    addEventListener('popstate', () => (this.place = read()));
    document.addEventListener('click', (event) => this.follow(event));
  }

  go(address: string, { replace = false }: { replace?: boolean } = {}): void {
    if (!replace) this.keep();
    if (replace) history.replaceState(history.state, '', address);
    else history.pushState({}, '', address);
    this.place = read();
  }

  // Changes some query parameters and leaves the rest; null takes one away.
  set(changes: Record<string, string | null | undefined>, { replace = true }: { replace?: boolean } = {}): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === undefined || value === '') query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(location.pathname + (text ? `?${text}` : ''), { replace });
  }

  back(otherwise: string): void {
    if (history.length > 1) history.back();
    else this.go(otherwise);
  }

  // A page gives what it wants back and returns the function that takes the wish away.
  remember(what: () => Record<string, unknown>): () => void {
    this.leaving.add(what);
    return () => this.leaving.delete(what);
  }

  recalled<T>(name: string): T | undefined {
    return (history.state as Record<string, T> | null)?.[name];
  }

  private keep(): void {
    const state = Object.assign({}, history.state, ...[...this.leaving].map((what) => what()));
    history.replaceState(state, '');
  }

  private follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/api/')) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();

export type Match = Record<string, string>;

// "/opportunities/:id" against a path; the named pieces, or null.
export function match(pattern: string, path: string): Match | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return null;
  const found: Match = {};
  for (let at = 0; at < wanted.length; at += 1) {
    const piece = wanted[at]!;
    if (piece.startsWith(':')) found[piece.slice(1)] = given[at]!;
    else if (piece !== given[at]) return null;
  }
  return found;
}
