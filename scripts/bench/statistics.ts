/** The middle of the figures and how far they reach. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median, smallest and largest of at least one figure. */
export function summarise(figures: readonly number[]): Summary {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const half = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2, min: at(0), max: at(sorted.length - 1) };
}

/** Three figures that count, without a tail of zeros: 80.1, 1.22, 0.0713. */
export function short(figure: number): string {
  return String(Math.abs(figure) >= 1000 ? Math.round(figure) : Number(figure.toPrecision(3)));
}

/** "median [min-max]". */
export function spread({ median, min, max }: Summary): string {
  return `${short(median)} [${short(min)}-${short(max)}]`;
}

/** The line that a benchmark ends with, for programs to read. */
export function resultLine(figures: Readonly<Record<string, number>>): string {
  return `RESULT ${Object.entries(figures)
    .map(([key, figure]) => `${key}=${short(figure)}`)
    .join(" ")}`;
}
