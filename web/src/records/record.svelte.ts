// One record that is open: read, read again when it changes elsewhere, and what went wrong.
import { untrack } from 'svelte';
import { records, Refused } from '$/catalog/client';
import type { DataRecord, Entity } from '$/catalog/types';
import { changes } from './changes.svelte';

export class OpenRecord {
  record = $state.raw<DataRecord | null>(null);
  missing = $state(false);
  fault = $state('');

  constructor(readonly entity: Entity) {}

  async load(id: string, asOf: string | null): Promise<void> {
    this.missing = false;
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

  // The answer of a change has every field; actions and rights stay when it does not name them.
  take(saved: DataRecord): void {
    this.record = { ...(this.record ?? {}), ...saved };
    changes.announce(this.entity.name, saved);
  }
}
