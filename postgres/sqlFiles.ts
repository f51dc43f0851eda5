import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sqlIdentifier, sqlLiteral } from "./names.ts";
import { PACKAGE_FOLDER } from "./packageFolder.ts";

/** The folder that holds every statement the module can run. */
export const SQL_FOLDER = join(PACKAGE_FOLDER, "sql");

/** What a statement's psql variables stand for. `raw` fills `:name` slots with SQL that is already quoted. */
export interface SqlVariables {
  readonly names?: Readonly<Record<string, string>>;
  readonly literals?: Readonly<Record<string, string>>;
  readonly raw?: Readonly<Record<string, string>>;
}

const texts = new Map<string, string>();

/** Text of `sql/<file>.sql` with its comments, read once a process. Parameters in it are `$1`, `$2`, ... */
export function sqlText(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(join(SQL_FOLDER, `${file}.sql`), "utf8").replace(/\r\n/g, "\n");
    texts.set(file, text);
  }
  return text;
}

// "::" is a cast; everything else that starts with a colon and a name is a psql variable.
const VARIABLE = /::|:"(\w+)"|:'(\w+)'|:([a-z_]\w*)/g;

/**
 * The statement in `sql/<file>.sql` with psql's own variables filled in: `:"view"` as an identifier, `:'text'` as a
 * literal, `:definition` as it stands. One pass, so that what was filled in is never rendered again; leading comments and
 * the closing semicolon are left out. The same file runs by hand with `psql -v view=... -f`.
 * @throws when the file uses a variable that is not given, or one is given that it does not use.
 */
export function sqlStatement(file: string, variables: SqlVariables = {}): string {
  const used = new Set<string>();
  const fill = (kind: keyof SqlVariables, name: string): string => {
    const value = variables[kind]?.[name];
    if (value === undefined) throw new Error(`sql/${file}.sql uses ${name}, which was not given as one of its ${kind}`);
    used.add(`${kind} ${name}`);
    return value;
  };
  const text = stripComments(sqlText(file)).replace(
    VARIABLE,
    (match, name?: string, literal?: string, raw?: string) => {
      if (name !== undefined) return sqlIdentifier(fill("names", name));
      if (literal !== undefined) return sqlLiteral(fill("literals", literal));
      if (raw !== undefined) return fill("raw", raw);
      return match;
    },
  );
  for (const [kind, values] of Object.entries(variables)) {
    for (const name of Object.keys(values ?? {})) {
      if (!used.has(`${kind} ${name}`)) throw new Error(`sql/${file}.sql does not use ${name} of its ${kind}`);
    }
  }
  return text;
}

function stripComments(text: string): string {
  return text
    .replace(/^(\s*--[^\n]*\n)+/, "")
    .trim()
    .replace(/;$/, "");
}
