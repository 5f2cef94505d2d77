// The board that is open: reads heads and cards, moves a card at once, and puts it back when the server refuses.
import { api, records, Refused } from '$/catalog/client';
import type { Told } from '$/catalog/stream';
import type { DataRecord, ListAnswer } from '$/catalog/types';
import { both, ofIds, older } from '$/records/changes.svelte';
import { leftOut, type LeftOut, type Unpriced } from '$/records/left_out';
import {
  columnOf, joinPage, moveCard, placeCards, placeOf, refreshStages, removeCard, replaceCard, sortedIndex,
  type Amount, type Card, type Column, type Place, type Reference, type Stage,
} from './board';

export interface Asked {
  pipeline: string | null;
  filter: string | null;
  asOf: string | null;
  sort: string;
}

interface Answer {
  pipeline: Reference;
  stages: Stage[];
  total: { count: number; sum: Amount | null; weighted: Amount | null };
  unpriced?: Unpriced | null;
  notes?: string[];
}

export type MoveOutcome =
  | { kind: 'moved'; card: Card }
  | { kind: 'conflict'; current: DataRecord | null; message: string }
  | { kind: 'refused'; missing: string[] };

const pageSize = 50;
const wanted = ['name', 'account', 'owner', 'amount', 'close_date', 'stage', 'stage_since', 'closed_on', 'next_step', 'is_stale', 'is_overdue', 'version', 'last_seq'];

export const messagesOf = (fault: Refused): string[] => (fault.errors.length > 0 ? fault.errors.map((error) => error.message) : [fault.message]);

export class BoardState {
  columns = $state.raw<Column[]>([]);
  total = $state.raw<Answer['total'] | null>(null);
  // What the sums of the stages do not contain.
  left = $state.raw<LeftOut | null>(null);
  notes = $state.raw<string[]>([]);
  pipeline = $state.raw<Reference | null>(null);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  fault = $state('');
  private asked: Asked = { pipeline: null, filter: null, asOf: null, sort: 'close_date' };
  private stop = new AbortController();
  private fields = '';

  constructor(private readonly readable: ReadonlySet<string>) {
    this.show([]);
  }

  // Fields that the cards show beyond their usual parts; they are read with the next load.
  show(extras: string[]): void {
    this.fields = [...new Set([...wanted, ...extras])].filter((name) => name === 'version' || name === 'last_seq' || this.readable.has(name)).join(',');
  }

  async load(asked: Asked): Promise<void> {
    const another = asked.pipeline !== this.asked.pipeline || this.columns.length === 0;
    this.asked = asked;
    this.stop.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    if (another) this.state = 'loading';
    try {
      const answer = await this.heads(signal);
      const stages = answer.stages;
      if (signal.aborted) return;
      this.accept(answer);
      const before = this.columns;
      this.columns = stages.map(columnOf);
      this.state = 'ready';
      // Open columns are read at once; won and lost when they are opened, or where they were open before.
      const read = stages.filter((stage) => !closed(stage) || before.some((column) => column.stage.id === stage.id && column.state !== 'empty'));
      await Promise.all(read.map((stage) => this.more(stage.id)));
    } catch (fault) {
      if (signal.aborted) return;
      this.state = 'failed';
      this.fault = (fault as Error).message;
    }
  }

  async more(stage: string): Promise<void> {
    const column = this.columns.find((each) => each.stage.id === stage);
    if (!column || column.state === 'loading' || (column.state === 'ready' && column.next === null)) return;
    const { signal } = this.stop;
    this.mark(stage, 'loading');
    try {
      const answer = await this.page(column.stage, pageSize, signal, column.next);
      if (signal.aborted) return;
      this.columns = joinPage(this.columns, stage, answer.data as Card[], answer.page.next ?? null);
    } catch {
      if (!signal.aborted) this.mark(stage, 'failed');
    }
  }

  // What the server would say of a move; nothing is changed. Empty: nothing is missing.
  async missing(card: Card, stage: Stage): Promise<string[]> {
    try {
      await api.post(`/opportunities/${card.id}/actions/move_to_stage`, { stage: stage.id }, { query: { dry_run: true }, headers: { 'If-Match': '*' } });
      return [];
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      // The reason of a loss is asked when it is marked as lost; it is not missing yet.
      const errors = fault.errors.filter((error) => !(stage.kind === 'lost' && error.pointer === '/lost_reason'));
      if (fault.errors.length > 0 && errors.length === 0) return [];
      return errors.length > 0 ? errors.map((error) => error.message) : [fault.message];
    }
  }

  async move(card: Card, to: Stage, parameters: Record<string, unknown> = {}): Promise<MoveOutcome> {
    const from = placeOf(this.columns, card.id);
    const target = this.columns.find((column) => column.stage.id === to.id);
    if (!from || !target) return { kind: 'refused', missing: [] };
    const index = sortedIndex(target.cards, card, this.asked.sort);
    this.columns = moveCard(this.columns, card.id, { stage: to.id, index }, 'amount', 'stage');
    try {
      const saved = (await records.act('opportunities', card as DataRecord, 'move_to_stage', { stage: to.id, ...parameters })) as Card;
      this.columns = replaceCard(this.columns, saved);
      void this.refreshHeads();
      return { kind: 'moved', card: saved };
    } catch (fault) {
      this.putBack(card, from);
      if (!(fault instanceof Refused)) throw fault;
      if (fault.status === 412) return this.conflict(card, fault);
      return { kind: 'refused', missing: messagesOf(fault) };
    }
  }

  private putBack(card: Card, from: Place): void {
    this.columns = replaceCard(moveCard(this.columns, card.id, from, 'amount', 'stage'), card);
  }

  // Somebody changed the deal meanwhile: it is shown as it now is, where it now is.
  private conflict(card: Card, fault: Refused): MoveOutcome {
    const current = fault.problem.current ?? null;
    const stage = (current?.stage as Reference | null)?.id;
    const here = this.columns.find((column) => column.stage.id === stage);
    if (current && here) {
      const index = sortedIndex(here.cards, current as Card, this.asked.sort);
      this.columns = replaceCard(moveCard(this.columns, card.id, { stage: here.stage.id, index }, 'amount', 'stage'), current as Card);
    } else {
      this.columns = removeCard(this.columns, card.id);
    }
    void this.refreshHeads();
    return { kind: 'conflict', current, message: fault.message };
  }

  card(id: string): Card | undefined {
    return this.columns.flatMap((column) => column.cards).find((card) => card.id === id);
  }

  stage(id: string): Stage | undefined {
    return this.columns.find((column) => column.stage.id === id)?.stage;
  }

  // Counts and sums as the server has them, after a move or an event; the cards stay.
  async refreshHeads(): Promise<void> {
    try {
      const answer = await this.heads(this.stop.signal);
      this.accept(answer);
      this.columns = refreshStages(this.columns, answer.stages);
    } catch {
      // The heads keep what the move made of them; the next answer sets them right.
    }
  }

  private heads(signal: AbortSignal): Promise<Answer> {
    const { pipeline, filter, asOf } = this.asked;
    return api.get<Answer>('/board', { pipeline, filter, as_of: asOf }, signal);
  }

  private page(stage: Stage, limit: number, signal: AbortSignal, cursor: string | null = null): Promise<ListAnswer> {
    return records.list(
      'opportunities',
      {
        filter: both(this.asked.filter, `stage = "${stage.id}"`), sort: this.order(stage),
        limit, count: 'none', fields: this.fields, cursor: cursor ?? undefined, as_of: this.asked.asOf ?? undefined,
      },
      signal,
    );
  }

  // What is closed begins with the newest.
  private order(stage: Stage): string {
    return closed(stage) && this.asked.sort === 'close_date' ? '-close_date' : this.asked.sort;
  }

  // Others have changed these deals, or so many that the board is read again; what is shown stays until the answer is there.
  async arrived(told: ReadonlyMap<string, Told> | null): Promise<void> {
    if (this.state !== 'ready' || this.asked.asOf) return;
    const { signal } = this.stop;
    try {
      if (told === null) await this.again(signal);
      else await this.look(told, signal);
    } catch {
      // The board stays as it is; the next change asks again.
    }
  }

  private async look(told: ReadonlyMap<string, Told>, signal: AbortSignal): Promise<void> {
    const ids = [...told.values()].filter(({ id }) => {
      const card = this.card(id);
      return !card || older(card as DataRecord, told.get(id));
    }).map(({ id }) => id);
    if (ids.length === 0) return;
    const answer = await records.list('opportunities', { filter: both(this.asked.filter, ofIds(ids)), limit: ids.length, count: 'none', fields: this.fields }, signal);
    if (signal.aborted) return;
    this.columns = placeCards(this.columns, ids, answer.data as Card[], (stage) => this.order(stage));
    await this.refreshHeads();
  }

  private async again(signal: AbortSignal): Promise<void> {
    const answer = await this.heads(signal);
    const shown = new Map(this.columns.map((column) => [column.stage.id, column]));
    const columns = await Promise.all(answer.stages.map(async (stage): Promise<Column> => {
      const before = shown.get(stage.id);
      if (before && before.state !== 'ready') return { ...before, stage };
      if (!before && closed(stage)) return columnOf(stage);
      const read = await this.page(stage, Math.max(pageSize, Math.min(500, before?.cards.length ?? 0)), signal);
      return { stage, cards: read.data as Card[], next: read.page.next ?? null, state: 'ready' };
    }));
    if (signal.aborted) return;
    this.accept(answer);
    this.columns = columns;
  }

  private accept(answer: Answer): void {
    this.total = answer.total;
    this.left = leftOut('opportunities', answer.unpriced, { as_of: this.asked.asOf ?? undefined });
    this.notes = answer.notes ?? [];
    this.pipeline = answer.pipeline;
  }

  private mark(stage: string, state: Column['state']): void {
    this.columns = this.columns.map((column) => (column.stage.id === stage ? { ...column, state } : column));
  }
}

export const closed = (stage: Stage): boolean => stage.kind === 'won' || stage.kind === 'lost';
