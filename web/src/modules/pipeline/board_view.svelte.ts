// How a person likes the board: which fields the cards show and how they are sorted. Kept with the person as a private
// view of the shape "board", so that it is the same in every browser.
import { api, etag } from '$/catalog/client';
import { session } from '$/catalog/session.svelte';
import type { DataRecord, Entity, Field } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { toasts } from '$/kit/toasts.svelte';
import { listable } from '$/records/columns';
import { readView } from '$/records/view';

// What a card shows in places of their own; `is_stale` stands for the line of warning.
export const standard = ['account', 'stage_since', 'amount', 'close_date', 'owner', 'is_stale'];
export const sorts = ['close_date', '-amount', 'stage_since', 'name'];
// More lines than this hide the next card.
export const mostExtras = 4;

// Fields that may stand on a card as lines of their own.
export function offeredExtras(kind: Entity): Field[] {
  const apart = new Set([...standard, kind.title, 'stage', 'pipeline', 'is_overdue']);
  return listable(kind).filter((field) => !apart.has(field.name) && (!field.system || field.name === 'created_at') && !(field.computed && field.type === 'boolean'));
}

export class BoardView {
  shows = $state.raw<string[]>(standard);
  sort = $state('close_date');
  ready = $state(false);
  private record: DataRecord | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saving: Promise<void> = Promise.resolve();

  constructor(private readonly kind: Entity) {}

  readonly has = (name: string): boolean => this.shows.includes(name);

  get extras(): Field[] {
    const offered = offeredExtras(this.kind);
    return this.shows.flatMap((name) => offered.find((field) => field.name === name) ?? []).slice(0, mostExtras);
  }

  get changed(): boolean {
    return this.shows.join() !== standard.join();
  }

  async load(): Promise<void> {
    try {
      const answer = await api.get<{ data: DataRecord[] }>('/views', { entity: this.kind.name });
      const mine = answer.data.map((record) => readView(record, session.user?.id)).find((view) => view.mine && view.definition.shape === 'board');
      if (mine) {
        this.record = mine.record;
        const { columns, sort } = mine.definition;
        if (Array.isArray(columns)) this.shows = columns.filter((name) => typeof name === 'string');
        if (sort && sorts.includes(sort)) this.sort = sort;
      }
    } catch {
      // A board without its settings shows what it shows at first.
    }
    this.ready = true;
  }

  show(names: string[]): void {
    this.shows = names;
    this.keep();
  }

  sortBy(sort: string): void {
    this.sort = sort;
    this.keep();
  }

  // Several switches in a row are one change; changes are sent one after another.
  private keep(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.saving = this.saving.then(() => this.save())), 400);
  }

  private async save(): Promise<void> {
    const definition = JSON.stringify({ shape: 'board', columns: this.shows, sort: this.sort });
    try {
      if (this.record) this.record = await api.patch<DataRecord>(`/views/${this.record.id}`, { definition }, { headers: { 'If-Match': etag(this.record) } });
      else this.record = await api.post<DataRecord>('/views', { name: t('board.board'), entity: this.kind.name, audience: 'private', definition });
    } catch (problem) {
      toasts.fault((problem as Error).message);
    }
  }
}
