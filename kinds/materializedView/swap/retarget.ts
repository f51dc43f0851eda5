import { Buffer } from "node:buffer";
import { sqlIdentifier, sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { treeNodes } from "../definition/definitionTree.ts";

/** Names to write in the place of others. */
export interface Renaming {
  readonly from: QualifiedName;
  readonly to: QualifiedName;
  /** Whether its schema may be left out: in what people wrote, of a schema of the search path. */
  readonly isBare?: boolean;
}

/**
 * A query, as the server prints it where nothing `isBare`, reading other relations: each mention of a relation or its row type gets the
 * new name, and the old one as alias, by which its columns are called. Literals and comments that look like a name stay.
 */
export async function retarget(query: string, renamings: readonly Renaming[]): Promise<string> {
  const parser = await import("libpg-query");
  await parser.loadModule();
  const bytes = Buffer.from(query);
  const tokens = parser.scanSync(query).tokens;
  const places = mentions(parser.parseSync(query), renamings).map(({ location, to, alias, isBare }) => {
    const first = tokens.findIndex(({ start }) => start === location);
    // schema, dot, name
    const last = tokens[isBare ? first : first + 2];
    if (first < 0 || last === undefined) throw new Error(`no name at byte ${location} of: ${query}`);
    return {
      start: location,
      end: last.end,
      text: alias === undefined ? sqlName(to) : `${sqlName(to)} ${sqlIdentifier(alias)}`,
    };
  });
  let result = "";
  let done = 0;
  for (const { start, end, text } of places.sort((a, b) => a.start - b.start)) {
    result += bytes.subarray(done, start).toString() + text;
    done = end;
  }
  return result + bytes.subarray(done).toString();
}

interface Mention {
  readonly location: number;
  readonly to: QualifiedName;
  readonly alias: string | undefined;
  /** True where it is the name alone. */
  readonly isBare: boolean;
}

function mentions(tree: unknown, renamings: readonly Renaming[]): Mention[] {
  const found: Mention[] = [];
  const nodes = [...treeNodes(tree)];
  const queries = nodes.map(({ fields }) => fields["ctename"]);
  const bare = renamings.filter(({ isBare, from }) => isBare === true && !queries.includes(from.name));
  for (const { fields } of nodes) {
    const mention = relationMention(fields, renamings, bare) ?? typeMention(fields, renamings);
    if (mention !== undefined) found.push(mention);
  }
  return found;
}

function relationMention(
  fields: Readonly<Record<string, unknown>>,
  renamings: readonly Renaming[],
  bare: readonly Renaming[],
): Mention | undefined {
  const { schemaname: schema, relname: name, location } = fields;
  if (typeof name !== "string" || typeof location !== "number") return undefined;
  const isBare = typeof schema !== "string";
  const to = isBare ? bare.find(({ from }) => from.name === name)?.to : target(renamings, schema, name);
  if (to === undefined) return undefined;
  return { location, to, alias: fields["alias"] === undefined ? name : undefined, isBare };
}

function typeMention(fields: Readonly<Record<string, unknown>>, renamings: readonly Renaming[]): Mention | undefined {
  const { names, location } = fields;
  if (!Array.isArray(names) || names.length !== 2 || typeof location !== "number") return undefined;
  const [schema, name] = (names as { String?: { sval?: string } }[]).map((part) => part.String?.sval);
  const to = schema === undefined || name === undefined ? undefined : target(renamings, schema, name);
  return to === undefined ? undefined : { location, to, alias: undefined, isBare: false };
}

function target(renamings: readonly Renaming[], schema: string, name: string): QualifiedName | undefined {
  return renamings.find(({ from }) => from.schema === schema && from.name === name)?.to;
}
