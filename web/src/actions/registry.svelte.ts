// What can be done on the page that is open: menus, the palette, shortcuts and the shortcut sheet read the same list.
export interface Action {
  id: string;
  label: string;
  group: 'page' | 'go' | 'create' | 'settings' | 'records';
  icon?: string;
  // "mod+k", "g o" (one key after the other), "shift+?", "e".
  shortcut?: string;
  // Not offered in the palette, only in the sheet of shortcuts.
  hidden?: boolean;
  danger?: boolean;
  can_run?: () => boolean;
  run: () => void;
}

type Source = () => Action[];

class Registry {
  private sources = $state.raw<Source[]>([]);

  // Called while a component is set up; returns the function that withdraws the actions.
  offer(source: Source): () => void {
    this.sources = [...this.sources, source];
    return () => (this.sources = this.sources.filter((one) => one !== source));
  }

  all(): Action[] {
    return this.sources.flatMap((source) => source()).filter((action) => action.can_run?.() !== false);
  }
}

export const actions = new Registry();
