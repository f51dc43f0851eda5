import { Buffer } from "node:buffer";
import type { ParseResult, ScanToken, scanSync } from "libpg-query";
import { charactersBefore } from "./textPosition.ts";

interface Scanner {
  readonly scanSync: typeof scanSync;
}

/**
 * The text with blanks in place of comments, character for character: libpg_query refuses what PostgreSQL takes when a
 * comment stands between two words that it reads as one, such as NOT IN or NULLS LAST. An unfinished literal is left for
 * the parser to complain about.
 */
export function blankComments(text: string, scanner: Scanner): string {
  if (!/--|\/\*/.test(text)) return text;
  const bytes = Buffer.from(text);
  let bare = "";
  let done = 0;
  for (const { start, end, tokenName } of scan(text, scanner)) {
    if (!tokenName.endsWith("_COMMENT")) continue;
    bare += bytes.subarray(done, start).toString() + bytes.subarray(start, end).toString().replace(/[^\n]/gu, " ");
    done = end;
  }
  return bare + bytes.subarray(done).toString();
}

/**
 * The text from the first word of its query to the last, as its `bare` form was parsed, and what stands before. Comments between them stay,
 * so that a place that the server names is one that the author finds.
 */
export function queryAlone(text: string, bare: string, { stmts }: ParseResult): { head: string; sql: string } {
  const bytes = Buffer.from(bare);
  const start = stmts?.[0]?.stmt_location ?? 0;
  const length = stmts?.[0]?.stmt_len;
  const statement = bytes.subarray(start, length === undefined ? undefined : start + length).toString();
  // PostgreSQL's own blanks only: others, such as a non-breaking space, may be the end of a name.
  const trimmed = statement.replace(/^[ \t\r\n\f\v]+|[ \t\r\n\f\v]+$/g, "");
  const first =
    charactersBefore(bare, start) + charactersBefore(statement, /^[ \t\r\n\f\v]*/.exec(statement)?.[0].length ?? 0);
  const characters = Array.from(text);
  const sql = characters.slice(first, first + Array.from(trimmed).length).join("");
  return { head: characters.slice(0, first).join(""), sql };
}

function scan(text: string, scanner: Scanner): ScanToken[] {
  try {
    return scanner.scanSync(text).tokens;
  } catch {
    return [];
  }
}
