// One record that is open: read, read again when it changes elsewhere, and what went wrong.
import { untrack } from 'svelte';
import { records, Refused } from '$/catalog/client';
import type { DataRecord, Entity } from '$/catalog/types';
import { changes, older, type Change } from './changes.svelte';

export class OpenRecord {
  record = $state.raw<DataRecord | null>(null);
  missing = $state(false);
  fault = $state('');
  // Others took it away, or out of reach, while it was open: what was read stays to be read.
  gone = $state(false);

  constructor(readonly entity: Entity) {}

  async load(id: string, asOf: string | null): Promise<void> {
    this.missing = false;
    this.gone = false;
    this.fault = '';
    // An effect that loads must not depend on what is loaded: it would never end.
    if (untrack(() => this.record?.id) !== id) this.record = null;
    try {
      this.record = await records.get(this.entity.plural, id, { as_of: asOf ?? undefined });
    } catch (fault) {
      if (fault instanceof Refused && fault.status === 404) this.missing = true;
      else this.fault = (fault as Error).message;
    }
  }

  // Others have changed records of its kind: read again without a sign of it when this one is among them.
  async arrived({ records: told }: Change): Promise<void> {
    const { record } = this;
    if (!record || (told && !older(record, told.get(record.id)))) return;
    await this.renew();
  }

  async renew(): Promise<void> {
    const { record } = this;
    if (!record) return;
    try {
      const now = await records.get(this.entity.plural, record.id);
      // What was saved here meanwhile is newer than what was asked for before.
      if (this.record?.id === now.id && !(Number(this.record.last_seq) > Number(now.last_seq))) this.record = now;
      this.gone = false;
    } catch (fault) {
      if (fault instanceof Refused && fault.status === 404 && this.record?.id === record.id) this.gone = true;
    }
  }

  // The answer of a change has every field; actions and rights stay when it does not name them. By the time it comes, or is
  // taken back, another record may be open.
  take(saved: DataRecord): void {
    if (this.record?.id === saved.id) this.record = { ...this.record, ...saved };
    changes.announce(this.entity.name, saved);
  }
}
