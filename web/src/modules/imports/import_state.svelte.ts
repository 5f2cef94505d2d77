// One import as it is prepared and run: the plan on the screen, the dry run that follows it, the job at the end.
import { Refused } from '$/catalog/client';
import { entity as entityOf } from '$/catalog/session.svelte';
import type { Entity } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { importableKinds, imports, type ImportResult, type ImportStateName, type Job } from './imports';
import { bodyOf, planFrom, suggestedRows, usualKey, type Check, type ImportPlan, type Reading, type Upload } from './mapping';

// While columns are matched only the first rows are looked at: enough to show what is wrong, quick at any size.
const firstRows = 2000;
const pause = 250;
const pollEvery = 500;

export class ImportState {
  upload = $state.raw<Upload | null>(null);
  plan = $state.raw<ImportPlan | null>(null);
  check = $state.raw<Check | null>(null);
  checking = $state<'first' | 'all' | null>(null);
  state = $state<ImportStateName>('open');
  result = $state.raw<ImportResult | null>(null);
  job = $state.raw<Job | null>(null);
  undoing = $state(false);
  fault = $state('');
  missing = $state(false);

  readonly kind = $derived<Entity | undefined>(this.plan ? entityOf(this.plan.entity) : undefined);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop = new AbortController();
  private gone = false;

  constructor(readonly id: string) {}

  // `wanted`: the kind of record that the file is said to hold.
  async open(wanted?: string): Promise<void> {
    try {
      const found = await imports.get(this.id);
      this.upload = found;
      this.state = found.state;
      this.result = found.result;
      const kind = found.plan?.entity || found.entity || wanted || found.entity_suggested || importableKinds()[0]?.name || '';
      if (found.plan) this.plan = planFrom(found.plan, found.columns);
      else this.plan = this.fresh(kind, found);
      if (found.state === 'open') {
        // Suggestions are for a kind of record: ask for them when the upload named none.
        if (!found.plan && kind && (kind !== (found.entity || found.entity_suggested) || !found.columns.some(({ suggested }) => suggested))) await this.look(kind, {});
        else this.ask();
      }
      if (found.state === 'running' && found.job) await this.follow(found.job);
    } catch (fault) {
      this.missing = fault instanceof Refused && fault.status === 404;
      this.fault = (fault as Error).message;
    }
  }

  close(): void {
    this.gone = true;
    clearTimeout(this.timer);
    this.stop.abort();
  }

  private fresh(kind: string, upload: Upload): ImportPlan {
    const rows = suggestedRows(upload.columns);
    return { entity: kind, rows, key: upload.key_suggested ?? usualKey(rows), onMatch: 'update', empty: 'keep', missing: 'refuse', partial: true, reading: {} };
  }

  // Reads the file anew: for another kind of record, another sheet, another separator.
  async look(kind: string, reading: Reading): Promise<void> {
    if (!this.upload) return;
    this.fault = '';
    try {
      const found = await imports.look(this.id, kind, reading);
      this.upload = { ...this.upload, ...found };
      this.plan = { ...this.fresh(kind, this.upload), reading };
      this.check = null;
      this.ask();
    } catch (fault) {
      this.fault = (fault as Error).message;
    }
  }

  set(changes: Partial<ImportPlan>): void {
    if (!this.plan) return;
    this.plan = { ...this.plan, ...changes };
    // What was checked in full no longer is.
    if (this.check?.complete && !('partial' in changes && Object.keys(changes).length === 1)) this.check = { ...this.check, complete: false };
    this.ask();
  }

  private ask(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.dryRun(firstRows), pause);
  }

  async dryRun(rows: number | null = null): Promise<void> {
    clearTimeout(this.timer);
    this.stop.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    const plan = this.plan;
    if (!plan || this.gone) return;
    const body = bodyOf(plan);
    if (body.mapping.length === 0) {
      this.check = null;
      this.checking = null;
      return;
    }
    this.checking = rows === null ? 'all' : 'first';
    try {
      const found = await imports.check(this.id, body, rows, signal);
      this.check = found;
      this.fault = '';
      this.checking = null;
    } catch (fault) {
      if (signal.aborted) return;
      this.checking = null;
      this.check = null;
      this.fault = fault instanceof Refused ? (fault.errors[0]?.message ?? fault.message) : t('records.unreachable');
    }
  }

  // The last change is kept by the server with the dry run; one that waits is asked at once.
  async leave(): Promise<void> {
    if (this.plan && bodyOf(this.plan).mapping.length > 0) await this.dryRun(firstRows);
  }

  // An import that was refused as a whole is mended and tried again.
  again(): void {
    this.state = 'open';
    this.fault = '';
    this.ask();
  }

  async run(): Promise<void> {
    if (!this.plan) return;
    this.fault = '';
    try {
      const { job } = await imports.run(this.id, bodyOf(this.plan));
      this.state = 'running';
      await this.follow(job);
    } catch (fault) {
      this.fault = fault instanceof Refused ? (fault.errors[0]?.message ?? fault.message) : t('records.unreachable');
    }
  }

  async undo(): Promise<void> {
    this.fault = '';
    this.undoing = true;
    try {
      const { job } = await imports.undo(this.id);
      if (job) await this.follow(job);
      else await this.reread();
    } catch (fault) {
      this.fault = (fault as Error).message;
    } finally {
      this.undoing = false;
    }
  }

  async cancel(): Promise<void> {
    if (this.job) await imports.cancel(this.job.id).catch((fault: Error) => (this.fault = fault.message));
  }

  private async follow(id: string): Promise<void> {
    while (!this.gone) {
      const job = await imports.job(id);
      this.job = job;
      if (job.state !== 'waiting' && job.state !== 'running') {
        if (job.state === 'failed') this.fault = job.message;
        break;
      }
      await new Promise((ready) => setTimeout(ready, pollEvery));
    }
    if (!this.gone) await this.reread();
  }

  private async reread(): Promise<void> {
    const found = await imports.get(this.id);
    this.state = found.state;
    this.result = found.result;
    this.job = null;
    if (found.state === 'open') this.ask();
  }
}
