// The rows of a list, read page after page as they come into sight; a change of the question begins anew.
import { records as api, Refused, type ListAsked } from '$/catalog/client';
import type { Told } from '$/catalog/stream';
import type { DataRecord, Entity } from '$/catalog/types';
import { both, changes, ofIds, older } from './changes.svelte';
import { mergeFound, mergeRead, type Merged } from './live_rows';

const page = 100;
const largest = 500;
// As many rows are read again at once; of a longer list the rest keeps its place and its values until it is read anew.
const rereads = 5_000;

// What others made of the list and is not shown yet, because it would move the rows.
export interface Waiting {
  added: ReadonlySet<string>;
  moved: boolean;
}
const nothing: Waiting = { added: new Set(), moved: false };

const without = (ids: ReadonlySet<string>, id: string) => new Set([...ids].filter((one) => one !== id));

export class ListData {
  rows = $state.raw<DataRecord[]>([]);
  count = $state<number | null>(null);
  loading = $state(true);
  more = $state(false);
  fault = $state.raw<Error | null>(null);
  waiting = $state.raw<Waiting>(nothing);
  // Rows that others took out of the list; they stay where they are until it is read again.
  gone = $state.raw<ReadonlySet<string>>(new Set());
  private cursor: string | undefined;
  private stop = new AbortController();
  private asked: ListAsked = {};
  // What arrived while a page was being read; undefined: nothing.
  private late: ReadonlyMap<string, Told> | null | undefined;

  constructor(readonly entity: Entity) {}

  async begin(asked: ListAsked): Promise<void> {
    this.asked = asked;
    this.stop.abort();
    this.stop = new AbortController();
    this.loading = true;
    this.cursor = undefined;
    await this.read(true);
  }

  // Asks the same again and keeps the rows until the answer is there.
  async again(): Promise<void> {
    const wanted = Math.max(page, this.rows.length);
    this.stop.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    try {
      const read = await this.head(wanted, signal);
      if (signal.aborted) return;
      this.accept(read);
      this.fault = null;
    } catch (fault) {
      if (signal.aborted) return;
      this.fault = fault as Error;
      this.rows = [];
      if (fault instanceof Refused) this.count = null;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  // Others have changed these records, or so many that the list is read again behind the scenes.
  async arrived(records: ReadonlyMap<string, Told> | null): Promise<void> {
    if (this.fault) return;
    if (this.loading) {
      // Looked at when the page that is being read is there: it may have been read before or after.
      this.late = this.late === null || records === null ? null : new Map([...(this.late ?? []), ...records]);
      return;
    }
    if (this.rows.length === 0) return this.again();
    const { signal } = this.stop;
    try {
      if (records === null || this.asked.bin) {
        const wanted = Math.min(rereads, Math.max(page, this.rows.length));
        const read = await this.head(wanted, signal);
        if (signal.aborted) return;
        // Pages that were read meanwhile stand behind what was read again.
        const behind = this.rows.slice(wanted);
        const merged = mergeRead(this.rows.slice(0, wanted), read.rows, read.next === undefined);
        this.count = read.count;
        // Nothing would move: it is as if it had been read now.
        if (merged.added.length === 0 && merged.gone.length === 0 && !merged.moved && behind.length === 0) this.accept(read);
        else this.merge({ ...merged, rows: [...merged.rows, ...behind] });
      } else await this.look(records, signal);
    } catch {
      // What is shown stays; the next change asks again.
    }
  }

  private async look(records: ReadonlyMap<string, Told>, signal: AbortSignal): Promise<void> {
    const shown = new Map(this.rows.map((row) => [row.id, row]));
    const ids = [...records.values()].flatMap((told) => {
      const row = shown.get(told.id);
      return (row ? older(row, told) : !changes.isMine(told.id)) ? told.id : [];
    });
    if (ids.length === 0) return;
    // The last row that is shown tells which of the others stand before it: only those would move what is read.
    const last = this.more ? this.rows.at(-1)!.id : '';
    const asked = new Set([...ids, ...(last ? [last] : [])]);
    const answer = await api.list(this.entity.plural, { ...this.asked, filter: both(this.asked.filter, ofIds(asked)), limit: asked.size, count: 'none' }, signal);
    if (signal.aborted) return;
    const end = answer.data.findIndex(({ id }) => id === last);
    const merged = mergeFound(this.rows, asked, end < 0 ? answer.data : answer.data.filter(({ id }, at) => at <= end || shown.has(id)));
    const belongs = new Set(answer.data.map(({ id }) => id));
    // What came and went before it was looked at is no news.
    for (const id of ids) if (!belongs.has(id)) this.waiting = { ...this.waiting, added: without(this.waiting.added, id) };
    for (const id of this.gone) if (belongs.has(id)) this.gone = without(this.gone, id);
    this.merge(merged);
  }

  // How many match now; the rows stay.
  async recount(): Promise<void> {
    const { signal } = this.stop;
    try {
      const answer = await api.list(this.entity.plural, { ...this.asked, limit: 1, fields: 'id', count: 'exact' }, signal);
      if (!signal.aborted && !this.loading) this.count = answer.page.count ?? this.count;
    } catch {
      // The count of the next reading sets it right.
    }
  }

  private merge({ rows, added, gone, moved }: Merged): void {
    this.rows = rows;
    this.gone = new Set([...this.gone, ...gone]);
    this.waiting = { added: new Set([...this.waiting.added, ...added]), moved: this.waiting.moved || moved };
  }

  private accept(read: { rows: DataRecord[]; count: number | null; next: string | undefined }): void {
    this.rows = read.rows;
    this.count = read.count;
    this.cursor = read.next;
    this.more = read.next !== undefined;
    this.waiting = nothing;
    this.gone = new Set();
  }

  // The first `wanted` rows, however many pages they take.
  private async head(wanted: number, signal: AbortSignal): Promise<{ rows: DataRecord[]; count: number | null; next: string | undefined }> {
    const rows: DataRecord[] = [];
    let count: number | null = null;
    let next: string | undefined;
    do {
      const limit = Math.min(largest, wanted - rows.length);
      const answer = await api.list(this.entity.plural, { ...this.asked, limit, cursor: next, count: rows.length === 0 ? 'exact' : 'none' }, signal);
      if (rows.length === 0) count = answer.page.count ?? null;
      rows.push(...answer.data);
      next = answer.page.has_more ? (answer.page.next ?? undefined) : undefined;
    } while (next !== undefined && rows.length < wanted);
    return { rows, count, next };
  }

  async next(): Promise<void> {
    if (this.loading || !this.more) return;
    this.loading = true;
    await this.read(false);
  }

  private async read(first: boolean): Promise<void> {
    const { signal } = this.stop;
    try {
      const answer = await api.list(
        this.entity.plural,
        { ...this.asked, limit: page, cursor: this.cursor, count: first ? 'exact' : 'none' },
        signal,
      );
      if (signal.aborted) return;
      // A row that was moved to a later page meanwhile is shown where it was.
      const known = new Set(first ? [] : this.rows.map(({ id }) => id));
      this.rows = first ? answer.data : [...this.rows, ...answer.data.filter(({ id }) => !known.has(id))];
      if (first) {
        this.count = answer.page.count ?? null;
        this.waiting = nothing;
        this.gone = new Set();
      }
      this.cursor = answer.page.next ?? undefined;
      this.more = answer.page.has_more;
      this.fault = null;
    } catch (fault) {
      if (signal.aborted) return;
      this.fault = fault as Error;
      if (first) this.rows = [];
      if (fault instanceof Refused) this.count = null;
    } finally {
      if (!signal.aborted) {
        this.loading = false;
        const { late } = this;
        this.late = undefined;
        if (late !== undefined) void this.arrived(late);
      }
    }
  }

  put(changed: DataRecord): void {
    this.rows = this.rows.map((row) => (row.id === changed.id ? { ...row, ...changed } : row));
  }

  drop(ids: Set<string>): void {
    const before = this.rows.length;
    this.rows = this.rows.filter((row) => !ids.has(row.id));
    if (this.count !== null) this.count -= before - this.rows.length;
  }
}
