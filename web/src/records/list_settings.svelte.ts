// What this browser keeps about the list of one kind: widths, pinned columns, the aggregate of the foot.
import { kept } from '$/catalog/session.svelte';

export type Aggregate = 'sum' | 'avg' | 'min' | 'max' | 'median';

interface Kept {
  widths?: Record<string, number>;
  pinned?: string[];
  aggregates?: Record<string, Aggregate[]>;
  panel?: number;
}

export class ListSettings {
  widths = $state<Record<string, number>>({});
  pinned = $state<string[]>([]);
  aggregates = $state<Record<string, Aggregate[]>>({});
  panel = $state(432);

  constructor(private readonly entity: string) {
    try {
      const read = JSON.parse(kept.read(`list.${entity}`) ?? '{}') as Kept;
      this.widths = read.widths ?? {};
      this.pinned = read.pinned ?? [];
      this.aggregates = read.aggregates ?? {};
      this.panel = read.panel ?? 432;
    } catch {
      // Settings that cannot be read are as none.
    }
  }

  keep(): void {
    const { widths, pinned, aggregates, panel } = this;
    kept.write(`list.${this.entity}`, JSON.stringify({ widths, pinned, aggregates, panel }));
  }
}
