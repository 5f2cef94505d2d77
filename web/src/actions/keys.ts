// Turns key presses into actions: single keys, combinations and one key after the other ("g o").
import type { Action } from './registry.svelte';

export const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

export function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.closest) return false;
  return Boolean(element.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]'));
}

// The name of a press as shortcuts are written: "mod+k", "shift+enter", "?", "e".
export function pressed(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase().replace(/^arrow/, '');
  const parts: string[] = [];
  if (mac ? event.metaKey : event.ctrlKey) parts.push('mod');
  if (event.altKey) parts.push('alt');
  if (event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key))) parts.push('shift');
  parts.push(key === ' ' ? 'space' : key);
  return parts.join('+');
}

// How a shortcut is shown: "Ctrl K", "G O".
export function shown(shortcut: string): string[] {
  return shortcut.split(' ').flatMap((step) =>
    step.split('+').map((piece) => {
      if (piece === 'mod') return mac ? '⌘' : 'Ctrl';
      if (piece === 'shift') return mac ? '⇧' : 'Shift';
      if (piece === 'alt') return mac ? '⌥' : 'Alt';
      if (piece === 'enter') return '↵';
      if (piece === 'escape') return 'Esc';
      return piece.length === 1 ? piece.toUpperCase() : piece[0]!.toUpperCase() + piece.slice(1);
    }),
  );
}

export class Keys {
  private first = '';
  private since = 0;

  constructor(
    private readonly actions: () => Action[],
    private readonly singles: () => boolean,
  ) {}

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const press = pressed(event);
    const plain = !press.startsWith('mod+') && !press.startsWith('alt+');
    if (plain && (typing(event.target) || !this.singles())) return;
    // An open menu or dialog takes single keys for itself.
    if (plain && document.querySelector('[data-layer-open]')) return;
    const sequence = this.first && event.timeStamp - this.since < 1200 ? `${this.first} ${press}` : '';
    const all = this.actions();
    const action =
      (sequence && all.find((one) => one.shortcut === sequence)) || all.find((one) => one.shortcut === press);
    this.first = '';
    if (action) {
      event.preventDefault();
      action.run();
    } else if (all.some((one) => one.shortcut?.startsWith(`${press} `))) {
      this.first = press;
      this.since = event.timeStamp;
    }
  }
}
