// The value axis of a chart: round steps from zero, three to five lines.

export interface Axis {
  top: number;
  lines: number[];
}

export function axisOf(greatest: number, least = 0): Axis {
  if (!(greatest > 0)) return { top: 1, lines: [0] };
  const rough = greatest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999)!;
  const count = Math.max(1, Math.ceil(greatest / step - 1e-9));
  const lines = Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(12)));
  return { top: Math.max(lines.at(-1)!, least), lines };
}

// Every how many columns a label has room, when all of them together have `width` and one needs `needed`.
export function labelEvery(columns: number, width: number, needed: number): number {
  if (width <= 0) return 1;
  return Math.max(1, Math.ceil((columns * needed) / width));
}
