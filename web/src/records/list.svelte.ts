// The rows of a list, read page after page as they come into sight; a change of the question begins anew.
import { records, Refused, type ListAsked } from '$/catalog/client';
import type { DataRecord, Entity } from '$/catalog/types';

const page = 100;

export class ListData {
  rows = $state.raw<DataRecord[]>([]);
  count = $state<number | null>(null);
  loading = $state(true);
  more = $state(false);
  fault = $state.raw<Error | null>(null);
  private cursor: string | undefined;
  private stop = new AbortController();
  private asked: ListAsked = {};

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
    const wanted = Math.max(page, Math.min(500, this.rows.length));
    this.stop.abort();
    this.stop = new AbortController();
    this.cursor = undefined;
    await this.read(true, wanted);
  }

  async next(): Promise<void> {
    if (this.loading || !this.more) return;
    this.loading = true;
    await this.read(false);
  }

  private async read(first: boolean, limit = page): Promise<void> {
    const { signal } = this.stop;
    try {
      const answer = await records.list(
        this.entity.plural,
        { ...this.asked, limit, cursor: this.cursor, count: first ? 'exact' : 'none' },
        signal,
      );
      if (signal.aborted) return;
      this.rows = first ? answer.data : [...this.rows, ...answer.data];
      if (first) this.count = answer.page.count ?? null;
      this.cursor = answer.page.next ?? undefined;
      this.more = answer.page.has_more;
      this.fault = null;
    } catch (fault) {
      if (signal.aborted) return;
      this.fault = fault as Error;
      if (first) this.rows = [];
      if (fault instanceof Refused) this.count = null;
    } finally {
      if (!signal.aborted) this.loading = false;
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
