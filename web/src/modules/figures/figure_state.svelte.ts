// One figure that follows what is asked of it: the last answer stays until the next one is there.
import { figureAnswer, type FigureAnswer, type FigureAsked } from './figures';

export interface FigureState {
  readonly answer: FigureAnswer | null;
  readonly fault: string;
  readonly loading: boolean;
}

// Grows when a person wants the figures of the page computed anew.
class Freshness {
  turn = $state(0);
  renew(): void {
    this.turn += 1;
  }
}
export const freshness = new Freshness();

export function figureOf(wanted: () => { name: string; asked: FigureAsked } | null): FigureState {
  let answer = $state.raw<FigureAnswer | null>(null);
  let fault = $state('');
  let loading = $state(false);

  $effect(() => {
    const now = wanted();
    void freshness.turn;
    if (!now) return;
    const stop = new AbortController();
    loading = true;
    figureAnswer(now.name, now.asked, stop.signal).then(
      (found) => {
        answer = found;
        fault = '';
        loading = false;
      },
      (problem: Error) => {
        if (stop.signal.aborted) return;
        fault = problem.message;
        loading = false;
      },
    );
    return () => stop.abort();
  });

  return {
    get answer() {
      return answer;
    },
    get fault() {
      return fault;
    },
    get loading() {
      return loading;
    },
  };
}
