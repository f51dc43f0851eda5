import { Buffer } from "node:buffer";

const WIDTH = 100;

/**
 * A problem with its place, in the form of every message about a definition. `position` counts characters from 0, as
 * PostgreSQL counts them (its own positions start at 1).
 */
export function problemAt(text: string, position: number, problem: string): string {
  const { line, column, excerpt: shown } = pointAt(text, position);
  return `line ${line}, column ${column}: ${problem}\n${shown}`;
}

/** Characters before a place that the parser gives as bytes of UTF-8. */
export function charactersBefore(text: string, bytes: number): number {
  return Array.from(Buffer.from(text).subarray(0, bytes).toString()).length;
}

// Line, column and the line itself with a caret beneath. The end of the text is where its last word ends.
function pointAt(
  text: string,
  position: number,
): { readonly line: number; readonly column: number; readonly excerpt: string } {
  const characters = Array.from(text.trimEnd());
  const end = Math.max(0, Math.min(position, characters.length));
  const before = characters.slice(0, end);
  const lineStart = before.lastIndexOf("\n") + 1;
  const line = before.filter((character) => character === "\n").length + 1;
  const column = end - lineStart + 1;
  return { line, column, excerpt: excerpt(wholeLine(characters, lineStart), column) };
}

function wholeLine(characters: readonly string[], start: number): string[] {
  const length = characters.slice(start).indexOf("\n");
  const line = characters.slice(start, length === -1 ? undefined : start + length);
  return line.at(-1) === "\r" ? line.slice(0, -1) : line;
}

// A line may be a whole generated query: only the part around the place is shown.
function excerpt(line: readonly string[], column: number): string {
  const from = Math.max(0, column - 1 - WIDTH / 2);
  const shown = line.slice(from, from + WIDTH);
  const prefix = from > 0 ? "..." : "";
  const suffix = from + WIDTH < line.length ? "..." : "";
  const indent = line.slice(from, column - 1).map((character) => (character === "\t" ? "\t" : " "));
  return `  ${prefix}${shown.join("")}${suffix}\n  ${" ".repeat(prefix.length)}${indent.join("")}^`;
}
