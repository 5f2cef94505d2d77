// Tells open lists and records that something of a kind has been changed in this window.
import type { DataRecord } from '$/catalog/types';

type Listener = (record: DataRecord | null) => void;

class Changes {
  private listeners = new Map<string, Set<Listener>>();

  listen(entity: string, listener: Listener): () => void {
    const set = this.listeners.get(entity) ?? new Set();
    this.listeners.set(entity, set.add(listener));
    return () => set.delete(listener);
  }

  announce(entity: string, record: DataRecord | null = null): void {
    for (const listener of this.listeners.get(entity) ?? []) listener(record);
  }
}

export const changes = new Changes();
