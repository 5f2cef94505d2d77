// Small lists that are read once and kept: stages with their place in the pipeline, titles of references.
import { records } from '$/catalog/client';
import { entity } from '$/catalog/session.svelte';
import type { DataRecord, Reference } from '$/catalog/types';

export interface Stage {
  id: string;
  name: string;
  kind: 'open' | 'won' | 'lost' | 'on_hold';
  pipeline: string;
  position: number;
  probability: number;
}

class Lookups {
  stages = $state.raw<Stage[]>([]);
  private asked: Promise<void> | null = null;
  private titles = $state<Record<string, string>>({});
  private wanted = new Set<string>();

  loadStages(): Promise<void> {
    this.asked ??= (async () => {
      const kind = entity('stage');
      if (!kind) return;
      const answer = await records.list('stages', { limit: 500, sort: 'position', count: 'none' });
      this.stages = answer.data.map((record: DataRecord) => ({
        id: record.id,
        name: String(record.name),
        kind: record.kind as Stage['kind'],
        pipeline: (record.pipeline as Reference | null)?.id ?? '',
        position: Number(record.position),
        probability: Number(record.probability ?? 0),
      }));
    })().catch(() => {
      this.asked = null;
    });
    return this.asked;
  }

  forget(): void {
    this.asked = null;
    void this.loadStages();
  }

  stage(id: string): Stage | undefined {
    return this.stages.find((stage) => stage.id === id);
  }

  // The open stages of the same pipeline, in order. On hold is beside the way: it is shown to whom it holds.
  path(id: string): Stage[] {
    const pipeline = this.stage(id)?.pipeline;
    return this.stages.filter((stage) => stage.pipeline === pipeline && (stage.kind === 'open' || (stage.kind === 'on_hold' && stage.id === id)));
  }

  // The title of a record that a filter names; empty until it has been read.
  title(target: string, id: string): string {
    const key = `${target}/${id}`;
    const known = this.titles[key];
    if (known !== undefined) return known;
    if (!this.wanted.has(key)) {
      this.wanted.add(key);
      queueMicrotask(() => void this.read(target, id, key));
    }
    return '';
  }

  keep(target: string, id: string, title: string): void {
    this.wanted.add(`${target}/${id}`);
    this.titles[`${target}/${id}`] = title;
  }

  private async read(target: string, id: string, key: string): Promise<void> {
    const kind = entity(target);
    if (!kind) return;
    try {
      const record = await records.get(kind.plural, id);
      this.titles[key] = String(record[kind.title] ?? record.id);
    } catch {
      this.titles[key] = id;
    }
  }
}

export const lookups = new Lookups();
