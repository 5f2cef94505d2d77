// Changes that others make, as they happen. One connection per browser: of the tabs in sight the one that holds the lock
// reads the stream and tells the others; tabs out of sight hold none and catch up when they are shown again.
import { address, settings } from './client';
import { backOff, FrameReader, Gathering, type Frame, type News } from './stream';

type Word =
  | { is: 'frames'; frames: Frame[] }
  // A tab that has been out of sight asks what came after `since`; the leader answers it alone.
  | { is: 'ask'; who: string; since: number }
  | { is: 'answer'; who: string; seq: number; frames: Frame[] | null; live: boolean }
  | { is: 'state'; live: boolean };

// The server writes at least every 15 seconds; a stream that is silent for longer is dead though nobody said so.
const silence = 40_000;
const grace = 3_000;
const kept = 400;
// From so many changes at once on the server sends one word for all.
const gather = 50;

const idle = (wait: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, wait);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });

class Live {
  // Not null: since when nothing arrives, in milliseconds. Shown as a quiet mark.
  lost = $state<number | null>(null);

  private onnews: (news: News) => void = () => {};
  private seq = 0;
  private channel: BroadcastChannel | null = null;
  private here: AbortController | null = null;
  private leads = false;
  private recent: Frame[] = [];
  // Up to here `recent` has everything, exclusively.
  private recentFrom = 0;
  private gathering = new Gathering();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private leaving: ReturnType<typeof setTimeout> | undefined;
  private catching: ReturnType<typeof setTimeout> | undefined;
  private held: Word[] | null = null;
  private readonly name = Math.random().toString(36).slice(2);

  // Begins to listen for one person, until the returned function is called; `seq`: how new what is shown is at least.
  start(person: string, seq: number, onnews: (news: News) => void): () => void {
    this.onnews = onnews;
    this.seq = seq;
    this.lost = null;
    this.channel = 'BroadcastChannel' in window && 'locks' in navigator ? new BroadcastChannel(`fairlead.live.${person}`) : null;
    if (this.channel) this.channel.onmessage = (event: MessageEvent<Word>) => this.hear(event.data);
    const seen = () => this.seen(person);
    const gone = () => this.leave();
    document.addEventListener('visibilitychange', seen);
    addEventListener('pagehide', gone);
    addEventListener('pageshow', seen);
    seen();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('pagehide', gone);
      removeEventListener('pageshow', seen);
      this.leave();
      clearTimeout(this.timer);
      this.gathering = new Gathering();
      this.channel?.close();
      this.channel = null;
    };
  }

  // Looking at another tab for a moment is no reason to hang up.
  private seen(person: string): void {
    clearTimeout(this.leaving);
    if (document.visibilityState === 'hidden') this.leaving = setTimeout(() => this.leave(), grace);
    else if (!this.here) this.enter(person);
  }

  private leave(): void {
    clearTimeout(this.leaving);
    clearTimeout(this.catching);
    this.here?.abort();
    this.here = null;
    this.held = null;
    this.lost = null;
  }

  private enter(person: string): void {
    const here = new AbortController();
    this.here = here;
    if (!this.channel) {
      // Without locks (plain HTTP beyond this machine) every tab in sight has its own connection.
      void this.lead(here.signal);
      return;
    }
    this.held = [];
    this.say({ is: 'ask', who: this.name, since: this.seq });
    // Nobody answered and the lock is not ours: the one who has it is just beginning, or hangs.
    this.catching = setTimeout(() => this.caughtUp(this.leads || this.seq === 0 ? [] : [{ is: 'reload', seq: this.seq, entities: null }]), 1_500);
    navigator.locks.request(`fairlead.live.${person}`, { signal: here.signal }, () => this.lead(here.signal)).catch(() => {});
  }

  private say(word: Word): void {
    this.channel?.postMessage(word);
  }

  private hear(word: Word): void {
    if (!this.here) return;
    if (word.is === 'ask') {
      if (!this.leads) return;
      const whole = word.since >= this.recentFrom;
      this.say({ is: 'answer', who: word.who, seq: this.seq, live: this.lost === null, frames: word.since === 0 ? [] : whole ? this.recent.filter(({ seq }) => seq > word.since) : null });
    } else if (word.is === 'answer') {
      if (word.who !== this.name || !this.held) return;
      this.lost = word.live ? null : (this.lost ?? Date.now());
      this.caughtUp(word.frames ?? [{ is: 'reload', seq: word.seq, entities: null }], word.seq);
    } else if (word.is === 'state') this.lost = word.live ? null : (this.lost ?? Date.now());
    else if (this.held) this.held.push(word);
    else this.take(word.frames);
  }

  private caughtUp(frames: Frame[], seq = this.seq): void {
    clearTimeout(this.catching);
    const held = this.held ?? [];
    this.held = null;
    this.take(frames);
    this.seq = Math.max(this.seq, seq);
    for (const word of held) if (word.is === 'frames') this.take(word.frames);
  }

  // Holds the connection until the tab goes out of sight or the person out of the program.
  private async lead(signal: AbortSignal): Promise<void> {
    this.leads = true;
    this.recent = [];
    this.recentFrom = this.seq;
    let attempt = 0;
    while (!signal.aborted) {
      let status = 0;
      try {
        status = await this.listen(signal, () => {
          attempt = 0;
          this.mark(true);
        });
      } catch {
        // Told by the mark, and tried again.
      }
      if (signal.aborted) break;
      if (status === 401) {
        settings.onSignedOut();
        break;
      }
      attempt += 1;
      // A server that starts again is back within a moment: that is no loss worth a mark.
      if (attempt > 1) this.mark(false);
      await idle(backOff(attempt), signal);
    }
    this.leads = false;
  }

  private mark(live: boolean): void {
    if (live === (this.lost === null)) return;
    this.lost = live ? null : Date.now();
    if (live) settings.onReachable(true);
    this.say({ is: 'state', live });
  }

  // Reads until the stream ends; gives the status of an answer that is none.
  private async listen(signal: AbortSignal, onlive: () => void): Promise<number> {
    const stop = new AbortController();
    const end = () => stop.abort();
    signal.addEventListener('abort', end);
    let watch = setTimeout(end, silence);
    try {
      const response = await fetch(address('/events', { gather, since: this.seq || undefined }), { headers: { Accept: 'text/event-stream' }, credentials: 'same-origin', cache: 'no-store', signal: stop.signal });
      if (!response.ok || !response.body) return response.status;
      const reader = new FrameReader();
      const words = new TextDecoder();
      const body = response.body.getReader();
      for (;;) {
        const { done, value } = await body.read();
        if (done) return 200;
        clearTimeout(watch);
        watch = setTimeout(end, silence);
        onlive();
        const frames = reader.read(words.decode(value, { stream: true }));
        if (frames.length > 0) this.pass(frames);
      }
    } finally {
      clearTimeout(watch);
      signal.removeEventListener('abort', end);
      stop.abort();
    }
  }

  private pass(frames: Frame[]): void {
    const told: Frame[] = [];
    for (const frame of frames) {
      if (frame.is !== 'hello') told.push(frame);
      else if (frame.seq < this.seq) {
        // The server goes on from an older state than the one shown, as after a backup was put back.
        this.seq = frame.seq;
        told.push({ is: 'reload', seq: frame.seq + 1, entities: null });
      } else if (this.seq === 0) {
        this.seq = frame.seq;
        this.recentFrom = frame.seq;
      }
    }
    if (this.held) this.caughtUp([]);
    this.recent.push(...told);
    if (this.recent.length > kept) {
      const out = this.recent.splice(0, this.recent.length - kept);
      this.recentFrom = out.at(-1)!.seq;
    }
    if (told.length === 0) return;
    this.say({ is: 'frames', frames: told });
    this.take(told);
  }

  private take(frames: Frame[]): void {
    for (const frame of frames) {
      if (frame.seq <= this.seq && frame.is !== 'reload') continue;
      this.seq = Math.max(this.seq, frame.seq);
      this.gathering.add(frame);
    }
    this.plan();
  }

  private plan(): void {
    if (this.timer !== undefined || !this.gathering.some) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.onnews(this.gathering.take());
      // As long as nothing comes in the time that a crowd takes, the next change is told soon again.
      this.timer = setTimeout(() => {
        this.timer = undefined;
        if (!this.gathering.some) this.gathering.rest();
        this.plan();
      }, 150);
    }, this.gathering.wait());
  }
}

export const live = new Live();
