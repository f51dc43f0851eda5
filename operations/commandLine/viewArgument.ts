import type { QualifiedName } from "../../postgres/names.ts";
import { usageError } from "./usageError.ts";

const PART = String.raw`(?:"((?:[^"]|"")+)"|([^".]+))`;
const NAME = new RegExp(`^(?:${PART}\\.)?${PART}$`);

/**
 * A view's name as written on the command line: `public.daily_revenue`, `daily_revenue` (schema public), `"Sales"."My view"`.
 * @throws when it is missing or cannot be read so.
 */
export function viewArgument(words: readonly string[]): QualifiedName {
  const [text, ...more] = words;
  if (text === undefined) throw usageError("which view? write its name, e.g. public.daily_revenue");
  if (more.length > 0) throw usageError(`one view at a time: ${words.join(" ")}`);
  const match = NAME.exec(text);
  if (match === null)
    throw usageError(`${text} is no name of a view; write schema.view, quoted where PostgreSQL needs it`);
  const [, quotedSchema, plainSchema, quotedName, plainName] = match;
  return { schema: unquoted(quotedSchema) ?? plainSchema ?? "public", name: unquoted(quotedName) ?? plainName ?? "" };
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replaceAll('""', '"');
}
