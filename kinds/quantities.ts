/** "a moment" below 20 ms, else with one unit: 150 ms, 2.5 s, 3 min, 2 h. */
export function duration(ms: number): string {
  if (ms < 20) return "a moment";
  if (ms < 950) return `about ${Math.round(ms / 10) * 10} ms`;
  if (ms < 90_000) return `about ${(ms / 1_000).toPrecision(2)} s`;
  return ms < 5_400_000 ? `about ${Math.round(ms / 60_000)} min` : `about ${(ms / 3_600_000).toPrecision(2)} h`;
}

/** With the unit that fits: 12 kB, 1.5 MB, 2.0 GB. */
export function bytes(size: number): string {
  if (size < 1_000_000) return `${Math.ceil(size / 1_000)} kB`;
  return size < 1_000_000_000 ? `${(size / 1_000_000).toFixed(1)} MB` : `${(size / 1_000_000_000).toFixed(1)} GB`;
}

/** Names that a line tells before it only counts. */
const NAMED = 5;

/** Some names, and how many more there are. */
export function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  // One more name is no longer than the word of it.
  return more <= 1 ? names.join(", ") : `${names.slice(0, NAMED).join(", ")} and ${more} more`;
}

/** A number with separators for thousands, to one decimal. */
export function count(value: number): string {
  return (Math.round(value * 10) / 10).toLocaleString("en-US");
}
