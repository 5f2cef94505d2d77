// Tooltips without a component per target: {@attach tip('Text')} on anything; one layer draws the open one.
import type { Attachment } from 'svelte/attachments';

interface Open {
  text: string;
  keys?: string[];
  anchor: Element;
}

class Tips {
  open = $state.raw<Open | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lately = 0;

  ask(open: Open, at_once: boolean): void {
    clearTimeout(this.timer);
    const wait = at_once || performance.now() - this.lately < 300 ? 0 : 500;
    this.timer = setTimeout(() => (this.open = open), wait);
  }

  leave(anchor: Element): void {
    clearTimeout(this.timer);
    if (this.open?.anchor !== anchor) return;
    this.lately = performance.now();
    // Not within the step that takes the anchor away: it may lose the focus while the page is being drawn.
    queueMicrotask(() => {
      if (this.open?.anchor === anchor) this.open = null;
    });
  }

  close(): void {
    clearTimeout(this.timer);
    this.open = null;
  }
}

export const tips = new Tips();

export function tip(text: string | undefined | null, keys?: string[]): Attachment {
  return (anchor) => {
    if (!text) return;
    const open = { text, keys, anchor };
    const enter = (event: Event) => {
      if ((event as PointerEvent).pointerType !== 'touch') tips.ask(open, false);
    };
    const focus = () => anchor.matches(':focus-visible') && tips.ask(open, true);
    const leave = () => tips.leave(anchor);
    anchor.addEventListener('pointerenter', enter);
    anchor.addEventListener('pointerleave', leave);
    anchor.addEventListener('pointerdown', leave);
    anchor.addEventListener('focus', focus);
    anchor.addEventListener('blur', leave);
    return () => {
      leave();
      anchor.removeEventListener('pointerenter', enter);
      anchor.removeEventListener('pointerleave', leave);
      anchor.removeEventListener('pointerdown', leave);
      anchor.removeEventListener('focus', focus);
      anchor.removeEventListener('blur', leave);
    };
  };
}

// A name in a table may be cut; then, and only then, it has a tooltip with the whole of it.
export function tipWhenCut(text: string): Attachment {
  return (anchor) => {
    const enter = () => {
      if (anchor.scrollWidth > anchor.clientWidth) tips.ask({ text, anchor }, false);
    };
    const leave = () => tips.leave(anchor);
    anchor.addEventListener('pointerenter', enter);
    anchor.addEventListener('pointerleave', leave);
    return () => {
      leave();
      anchor.removeEventListener('pointerenter', enter);
      anchor.removeEventListener('pointerleave', leave);
    };
  };
}
