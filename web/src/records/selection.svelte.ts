// Which rows of a list are selected: by hand, by range with Shift, or all that match.
import type { DataRecord } from '$/catalog/types';

export class Selection {
  ids = $state<Set<string>>(new Set());
  allMatching = $state(false);
  private last: string | null = null;

  get some(): boolean {
    return this.ids.size > 0 || this.allMatching;
  }

  has(id: string): boolean {
    return this.allMatching || this.ids.has(id);
  }

  toggle(id: string, rows: DataRecord[], range: boolean): void {
    const next = new Set(this.ids);
    const from = range && this.last ? rows.findIndex((row) => row.id === this.last) : -1;
    const to = rows.findIndex((row) => row.id === id);
    if (from >= 0 && to >= 0) {
      for (let at = Math.min(from, to); at <= Math.max(from, to); at += 1) next.add(rows[at]!.id);
    } else if (next.has(id)) next.delete(id);
    else next.add(id);
    this.allMatching = false;
    this.ids = next;
    this.last = id;
  }

  all(rows: DataRecord[]): void {
    this.ids = new Set(rows.map(({ id }) => id));
    this.allMatching = false;
  }

  clear(): void {
    this.ids = new Set();
    this.allMatching = false;
    this.last = null;
  }
}
