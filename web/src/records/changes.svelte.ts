// Tells open lists and records that something of a kind has changed: in this window, or by others elsewhere.
import type { News, Told } from '$/catalog/stream';
import type { DataRecord } from '$/catalog/types';

export interface Change {
  // In this window, by its person: what shows it reads it afresh, nothing has to be spared.
  here: boolean;
  // The records and their newest change; null: so many, or unknown which.
  records: ReadonlyMap<string, Told> | null;
}

type Listener = (change: Change) => void;

// How long an answer of the server may come after the news of it.
const own = 10_000;

class Changes {
  private listeners = new Map<string, Set<Listener>>();
  private mine = new Map<string, number>();

  listen(entity: string, listener: Listener): () => void {
    const set = this.listeners.get(entity) ?? new Set();
    this.listeners.set(entity, set.add(listener));
    return () => set.delete(listener);
  }

  announce(entity: string, record: DataRecord | null = null): void {
    if (record) this.mine.set(record.id, Date.now());
    this.tell(entity, { here: true, records: null });
  }

  // Made here a moment ago: whoever shows its kind is reading it already.
  isMine(id: string): boolean {
    const at = this.mine.get(id);
    if (at === undefined) return false;
    if (Date.now() - at < own) return true;
    this.mine.delete(id);
    return false;
  }

  arrived(news: News): void {
    for (const [entity] of this.listeners) {
      const records = news.kinds.get(entity);
      if (news.everything) this.tell(entity, { here: false, records: null });
      else if (records !== undefined) this.tell(entity, { here: false, records });
    }
  }

  private tell(entity: string, change: Change): void {
    for (const listener of [...(this.listeners.get(entity) ?? [])]) listener(change);
  }
}

export const changes = new Changes();

// Whether a record as it is shown is older than what has been told of it.
export const older = (record: DataRecord, told: Told | undefined): boolean => told !== undefined && !(Number(record.last_seq) >= told.seq);

// The condition that names records by their ids.
export const ofIds = (ids: Iterable<string>): string => [...ids].map((id) => `id = "${id}"`).join(' OR ');

// A filter with a further condition; the filter may end in a comment.
export const both = (filter: string | undefined | null, condition: string): string => (filter ? `(${filter}\n) AND (${condition})` : condition);

// Runs `work` soon after the first call and again after later ones, but not more often than once in `pause`.
export function seldom(work: () => void, pause: number): { ask: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wanted = false;
  const ask = () => {
    if (timer !== undefined) {
      wanted = true;
      return;
    }
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (wanted) {
        wanted = false;
        ask();
      }
    }, pause);
  };
  return { ask, stop: () => clearTimeout(timer) };
}
