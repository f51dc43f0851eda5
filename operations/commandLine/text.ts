/** A time as `2026-01-31 12:05:00 UTC`. */
export function clock(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A number of seconds in the unit that people would use: `640 ms`, `42 s`, `7 min`, `5.5 h`, `3 d`. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size > 0 && size < 1) return `${Math.round(seconds * 1000)} ms`;
  if (size < 120) return `${rounded(seconds)} s`;
  if (size < 7_200) return `${rounded(seconds / 60)} min`;
  return size < 172_800 ? `${rounded(seconds / 3_600)} h` : `${rounded(seconds / 86_400)} d`;
}

/** A share as `99.65 %`. */
export function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}

/** Bytes as `840 kB` or `24.1 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_048_576) return `${Math.ceil(bytes / 1024)} kB`;
  return bytes < 1_073_741_824 ? `${(bytes / 1_048_576).toFixed(1)} MB` : `${(bytes / 1_073_741_824).toFixed(1)} GB`;
}

/** A count with its thousands apart. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Rows under their headings, as lines of Markdown; none where there is no row. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const escaped = (cell: string): string => cell.replaceAll("|", "\\|").replaceAll("\n", " ");
  return rows.length === 0
    ? []
    : [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map((cells) => line(cells.map(escaped)))];
}

/** Prints lines to the standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a value as JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

function rounded(value: number): string {
  return String(Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value));
}
