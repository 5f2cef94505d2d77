// What the server tells of changes: its stream of events read into frames, and frames gathered so that a busy moment
// becomes one piece of news.

export interface Told {
  seq: number;
  entity: string;
  id: string;
  kind: string;
}

export type Frame =
  | { is: 'hello'; seq: number }
  | { is: 'change'; seq: number; told: Told }
  // Read afresh what is shown: of these kinds, or of all.
  | { is: 'reload'; seq: number; entities: string[] | null };

// Takes the stream as it comes, in pieces that may end anywhere. Comments (": still here") only show that it lives.
export class FrameReader {
  private rest = '';

  read(piece: string): Frame[] {
    const blocks = (this.rest + piece.replaceAll('\r', '')).split('\n\n');
    this.rest = blocks.pop()!;
    return blocks.flatMap((block) => frameOf(block) ?? []);
  }
}

function frameOf(block: string): Frame | null {
  let event = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (line.startsWith('event:')) event = value;
    else if (line.startsWith('data:')) data += (data ? '\n' : '') + value;
  }
  if (!data) return null;
  let read: Record<string, unknown>;
  try {
    read = JSON.parse(data) as Record<string, unknown>;
  } catch {
    return null;
  }
  const seq = Number(read.seq);
  if (!Number.isFinite(seq)) return null;
  if (event === 'hello') return { is: 'hello', seq };
  if (event === 'reload') return { is: 'reload', seq, entities: Array.isArray(read.entities) ? (read.entities as string[]) : null };
  if (event === 'message' && typeof read.entity === 'string') return { is: 'change', seq, told: { seq, entity: read.entity, id: String(read.id), kind: String(read.kind) } };
  return null;
}

// Of each kind the records that changed with their newest change; null where so many did that it is read afresh.
export interface News {
  everything: boolean;
  kinds: Map<string, Map<string, Told> | null>;
}

// More than these of one kind at once are not looked at one by one.
const most = 40;
const calm = 250;
const busy = 1_500;
const slowest = 10_000;

// Says when the news is to be told: soon after a change, seldom while changes come in crowds.
export class Gathering {
  private kinds: News['kinds'] = new Map();
  private everything = false;
  private pause = calm;

  // `chance` (0 to 1) spreads readers of the same news, so that not all of them ask the server in one moment.
  constructor(private readonly chance: () => number = Math.random) {}

  add(frame: Frame): void {
    if (frame.is === 'reload') {
      if (frame.entities === null) this.everything = true;
      for (const entity of frame.entities ?? []) this.kinds.set(entity, null);
    } else if (frame.is === 'change') {
      const { told } = frame;
      const known = this.kinds.get(told.entity);
      if (known === null) return;
      const records = known ?? new Map<string, Told>();
      records.set(told.id, told);
      this.kinds.set(told.entity, records.size > most ? null : records);
    }
  }

  get some(): boolean {
    return this.everything || this.kinds.size > 0;
  }

  // Milliseconds until `take`.
  wait(): number {
    const crowded = this.everything || [...this.kinds.values()].includes(null);
    const least = crowded ? Math.max(this.pause, busy) : this.pause;
    return least * (1 + this.chance() / 2);
  }

  take(): News {
    const news = { everything: this.everything, kinds: this.kinds };
    const crowded = this.everything || [...this.kinds.values()].includes(null);
    this.kinds = new Map();
    this.everything = false;
    this.pause = crowded ? Math.min(slowest, Math.max(busy, this.pause * 2)) : calm;
    return news;
  }

  // Nothing more has come since the last news.
  rest(): void {
    this.pause = calm;
  }
}

// How long to wait before the n-th attempt to connect again: longer each time, and never all at once.
export function backOff(attempt: number, chance: number = Math.random()): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(attempt - 1, 10)) * (0.5 + chance / 2);
}
