// Asks for a new record from anywhere: the dialog opens with what is already known.
import type { DataRecord } from '$/catalog/types';

export interface Creation {
  entity: string;
  // Values by field; references with their title so that they can be shown.
  known: Record<string, unknown>;
  title?: string;
  oncreated?: (record: DataRecord) => void;
}

class Creations {
  open = $state.raw<Creation | null>(null);

  begin(entity: string, known: Record<string, unknown> = {}, more: Partial<Creation> = {}): void {
    this.open = { entity, known, ...more };
  }
}

export const creation = new Creations();
