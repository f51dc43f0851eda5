/** One field of the plot: reads over the time of one change. */
export interface Panel {
  readonly title: string;
  /** Seconds since the change began, and milliseconds that the read took. */
  readonly points: readonly { readonly second: number; readonly ms: number; readonly failed: boolean }[];
  /** When the change ended. */
  readonly endSecond: number;
}

const FIELD = { width: 520, height: 150, left: 62, top: 34, right: 16, bottom: 30 };
const MS = { least: 0.1, most: 10_000 };
const INK = "#1f2933";
const GRID = "#d9dee3";

/** An SVG with a field for each panel, `columns` beside each other: latency on a logarithmic scale, the same in all. */
export function latencyPlot(title: string, panels: readonly Panel[], columns: number): string {
  const rows = Math.ceil(panels.length / columns);
  const outer = {
    width: FIELD.left + FIELD.width + FIELD.right,
    height: FIELD.top + FIELD.height + FIELD.bottom,
  };
  const size = { width: outer.width * columns, height: 40 + outer.height * rows };
  const lastSecond = Math.max(1, ...panels.map(({ endSecond }) => endSecond));
  const fields = panels.map((panel, index) => {
    const x = (index % columns) * outer.width + FIELD.left;
    const y = 40 + Math.floor(index / columns) * outer.height + FIELD.top;
    return `<g transform="translate(${x} ${y})">\n${field(panel, lastSecond)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<rect width="${size.width}" height="${size.height}" fill="white"/>`,
    `<text x="16" y="26" font-size="17" font-weight="bold">${escaped(title)}</text>`,
    ...fields,
    "</svg>",
    "",
  ].join("\n");
}

function field({ title, points, endSecond }: Panel, lastSecond: number): string {
  const x = (second: number): string => ((second / lastSecond) * FIELD.width).toFixed(1);
  const shown = highest(points, lastSecond / FIELD.width);
  return [
    `<text y="-12" font-weight="bold">${escaped(title)}</text>`,
    ...[0.1, 1, 10, 50, 100, 1_000, 10_000].map((ms) => line(ms)),
    ...ticks(lastSecond).map(
      (second) => `<text x="${x(second)}" y="${FIELD.height + 18}" text-anchor="middle">${second} s</text>`,
    ),
    `<line x1="${x(endSecond)}" x2="${x(endSecond)}" y2="${FIELD.height}" stroke="${INK}" stroke-dasharray="3 3"/>`,
    // A long read is a line as long as it took: a dot says nothing of how long readers waited.
    ...shown
      .filter(({ ms }) => ms >= 50)
      .map(
        ({ second, ms }) =>
          `<line x1="${x(second)}" x2="${x(second + ms / 1_000)}" y1="${y(ms)}" y2="${y(ms)}" stroke="#1d6fb8" stroke-width="2"/>`,
      ),
    ...shown.map(({ second, ms, failed }) =>
      failed
        ? `<text x="${x(second)}" y="${y(ms)}" fill="#b42318" text-anchor="middle">×</text>`
        : `<circle cx="${x(second)}" cy="${y(ms)}" r="1.4" fill="#1d6fb8"/>`,
    ),
  ].join("\n");
}

// 50 ms is the promise, so it is drawn apart.
function line(ms: number): string {
  const promise = ms === 50;
  const stroke = promise ? `stroke="#b42318" stroke-dasharray="6 3"` : `stroke="${GRID}"`;
  const label = ms >= 1_000 ? `${ms / 1_000} s` : `${ms} ms`;
  const text = promise || ms === 100 ? "" : `<text x="-8" y="${y(ms)}" dy="4" text-anchor="end">${label}</text>`;
  return `<line x2="${FIELD.width}" y1="${y(ms)}" y2="${y(ms)}" ${stroke}/>${text}`;
}

function y(ms: number): string {
  const bounded = Math.min(MS.most, Math.max(MS.least, ms));
  return (FIELD.height * (1 - Math.log(bounded / MS.least) / Math.log(MS.most / MS.least))).toFixed(1);
}

function ticks(lastSecond: number): number[] {
  const apart = lastSecond > 12 ? 5 : lastSecond > 5 ? 2 : 1;
  return Array.from({ length: Math.floor(lastSecond / apart) + 1 }, (_, index) => index * apart);
}

/** The longest read of each column of pixels: thousands of reads would hide it. */
function highest(points: Panel["points"], seconds: number): Panel["points"] {
  const columns = new Map<number, Panel["points"][number]>();
  for (const point of points) {
    const column = Math.floor(point.second / seconds);
    const known = columns.get(column);
    if (known === undefined || point.failed || (!known.failed && point.ms > known.ms)) columns.set(column, point);
  }
  return [...columns.values()];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
