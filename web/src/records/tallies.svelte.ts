// How many records each saved view of a kind shows, for its tab: one question for all of them, asked when the page rests.
import { api } from '$/catalog/client';
import type { Entity } from '$/catalog/types';

const rest = 200;

export class Tallies {
  of = $state.raw<Record<string, number | null>>({});
  private asked = '';
  private filters: Record<string, string> | null = null;
  private stale = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop = new AbortController();

  constructor(private readonly entity: Entity) {}

  // Returns what gives the question up.
  read(filters: Record<string, string>): () => void {
    this.filters = filters;
    if (this.stale || JSON.stringify(filters) !== this.asked) this.plan();
    return () => clearTimeout(this.timer);
  }

  // Records have changed.
  again(): void {
    this.stale = true;
    if (this.filters) this.plan();
  }

  private plan(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), rest);
  }

  private async ask(): Promise<void> {
    const { filters } = this;
    this.stop.abort();
    this.stop = new AbortController();
    this.stale = false;
    try {
      const answer = await api.post<{ counts: Record<string, number | null> }>(`/${this.entity.plural}/counts`, { filters }, { signal: this.stop.signal });
      this.of = answer.counts;
      this.asked = JSON.stringify(filters);
    } catch {
      // A tab without its count still opens its view.
    }
  }
}
