// Small choices of this browser: whether the navigation is folded, single-letter shortcuts on or off.
import { kept } from '$/catalog/session.svelte';

class Preferences {
  folded = $state(kept.read('folded') === 'yes');
  singleKeys = $state(kept.read('single_keys') !== 'no');

  fold(folded: boolean): void {
    this.folded = folded;
    kept.write('folded', folded ? 'yes' : 'no');
  }

  useSingleKeys(on: boolean): void {
    this.singleKeys = on;
    kept.write('single_keys', on ? 'yes' : 'no');
  }
}

export const preferences = new Preferences();
