// Dragging a card with the mouse or pen: begins after four pixels, names the stage under the pointer, ends or is given up.
import type { Card } from './board';

export interface Drag {
  card: Card;
  x: number;
  y: number;
  width: number;
  height: number;
  over: string | null;
}

const threshold = 4;

export class Dragging {
  now = $state.raw<Drag | null>(null);
  private grabbed: { card: Card; x: number; y: number; offsetX: number; offsetY: number; width: number; height: number } | null = null;

  constructor(
    private readonly ondrop: (card: Card, stage: string) => void,
    private readonly onbegin: (card: Card) => void,
  ) {}

  grab(event: PointerEvent, card: Card): void {
    if (event.button !== 0 || event.pointerType === 'touch' || (event.target as Element).closest('.icon-button')) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.grabbed = { card, x: event.clientX, y: event.clientY, offsetX: event.clientX - box.left, offsetY: event.clientY - box.top, width: box.width, height: box.height };
  }

  move(event: PointerEvent): void {
    const grabbed = this.grabbed;
    if (!grabbed) return;
    if (!this.now) {
      if (Math.hypot(event.clientX - grabbed.x, event.clientY - grabbed.y) < threshold) return;
      this.onbegin(grabbed.card);
    }
    const over = document.elementsFromPoint(event.clientX, event.clientY).map((element) => element.closest<HTMLElement>('[data-stage]')).find(Boolean);
    this.now = {
      card: grabbed.card, x: event.clientX - grabbed.offsetX, y: event.clientY - grabbed.offsetY,
      width: grabbed.width, height: grabbed.height, over: over?.dataset.stage ?? null,
    };
  }

  // True when a drag ended here: the click that follows is not meant for the card.
  end(): boolean {
    const drag = this.now;
    this.grabbed = null;
    this.now = null;
    if (!drag) return false;
    if (drag.over) this.ondrop(drag.card, drag.over);
    return true;
  }

  giveUp(): void {
    this.grabbed = null;
    this.now = null;
  }
}
