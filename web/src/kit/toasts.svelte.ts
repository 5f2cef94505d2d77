// What just happened, one at a time, with Undo where there is one.
export interface Toast {
  text: string;
  kind?: 'plain' | 'fault';
  undo?: () => void | Promise<void>;
  action?: { label: string; run: () => void };
}

class Toasts {
  shown = $state.raw<Toast | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  // The last undo outlives its toast: Ctrl Z still reaches it.
  private last: (() => void | Promise<void>) | null = null;

  show(toast: Toast): void {
    this.shown = toast;
    this.last = toast.undo ?? this.last;
    this.resume();
  }

  fault(text: string): void {
    this.show({ text, kind: 'fault' });
  }

  pause(): void {
    clearTimeout(this.timer);
  }

  resume(): void {
    clearTimeout(this.timer);
    const wait = this.shown?.undo || this.shown?.action ? 10_000 : 6_000;
    this.timer = setTimeout(() => (this.shown = null), wait);
  }

  close(): void {
    clearTimeout(this.timer);
    this.shown = null;
  }

  async undo(): Promise<void> {
    const undo = this.last;
    this.last = null;
    this.close();
    await undo?.();
  }

  get undoable(): boolean {
    return this.last !== null;
  }
}

export const toasts = new Toasts();
