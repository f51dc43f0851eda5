import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { escapeIdentifier, escapeLiteral } from "pg";

/** Longest name that PostgreSQL keeps, in bytes; what is longer it cuts silently (NAMEDATALEN - 1). */
export const MAX_NAME_BYTES = 63;

/** A relation's name with its schema, as declared: unquoted, case kept. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** How people write a name: quoted only where PostgreSQL needs it. For messages and ids, never for SQL. */
export function displayName({ schema, name }: QualifiedName): string {
  return [schema, name].map((part) => (PLAIN.test(part) ? part : escapeIdentifier(part))).join(".");
}

/** The name as SQL: plain names stay plain so that a person can read the statement, all others are quoted. */
export function sqlName(name: QualifiedName): string {
  return [name.schema, name.name].map(sqlIdentifier).join(".");
}

/** One identifier as SQL. Plain lower-case words that are no keyword stay as they are. */
export function sqlIdentifier(name: string): string {
  return PLAIN.test(name) && !KEYWORDS.has(name) ? name : escapeIdentifier(name);
}

/** One text as SQL, without the space that `pg` puts before a literal that has a backslash. */
export function sqlLiteral(text: string): string {
  return escapeLiteral(text).trimStart();
}

/** One word of a shell's command line, quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-][\w@%+=:,./#-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Why a name cannot be used, or undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.includes("\0")) return "contains a zero byte";
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES) {
    return `is ${bytes} bytes long and PostgreSQL keeps ${MAX_NAME_BYTES}: it would be cut to ${JSON.stringify(cut(name, MAX_NAME_BYTES))}`;
  }
  return undefined;
}

/** `<name>_<suffix>` within the limit: a name that is too long is cut and gets a hash, so that two long names stay two. */
export function derivedName(name: string, suffix: string): string {
  const whole = `${name}_${suffix}`;
  if (Buffer.byteLength(whole) <= MAX_NAME_BYTES) return whole;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${cut(name, MAX_NAME_BYTES - suffix.length - hash.length - 2)}_${hash}_${suffix}`;
}

function cut(text: string, bytes: number): string {
  let kept = "";
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > bytes) break;
    kept += character;
  }
  return kept;
}

// Reserved in PostgreSQL 14 to 18 (appendix C of its manual): as a table's or column's name these need quotes.
const KEYWORDS = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full
  grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
  select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
  variadic verbose when where window with`.split(/\s+/),
);
