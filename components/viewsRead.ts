import type * as pulumi from "@pulumi/pulumi";
import { SEARCH_PATH } from "../kinds/materializedView/definition/definitionSettings.ts";
import { relationsOf } from "../kinds/materializedView/definition/definitionTree.ts";
import { parseDefinition } from "../kinds/materializedView/definition/parseDefinition.ts";
import { userError } from "../postgres/errors.ts";
import { displayName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";

/** A view of the program as far as it is known while that runs. */
interface DeclaredView extends QualifiedName {
  readonly definition: string;
  readonly connection: string | undefined;
  /** What has to be there before those that read it. */
  readonly made: () => readonly pulumi.Resource[];
}

const declared = new Map<string, DeclaredView>();

/**
 * The views of this program that a definition reads by their names: they are to be there, and filled, before it. Found by PostgreSQL's parser
 * once the rest of the program is declared; nothing is looked at where a view is the only one, or is not known before the deploy.
 * @throws when views read each other in a circle, with its path.
 */
export async function viewsRead(
  made: () => readonly pulumi.Resource[],
  view: { readonly [K in keyof QualifiedName | "definition"]: pulumi.Input<string> },
  connection: string | undefined,
): Promise<pulumi.Resource[]> {
  const { schema, name, definition } = view;
  if (typeof schema !== "string" || typeof name !== "string" || typeof definition !== "string") return [];
  const own = { schema, name, definition, connection, made };
  declared.set(JSON.stringify([connection, displayName(own)]), own);
  await new Promise((resolve) => setImmediate(resolve));
  const circle = await circleThrough(own);
  if (circle !== undefined)
    throw userError(
      `views read each other in a circle, so that none can be made before the others: ${circle.join(" reads ")}`,
    );
  return (await readBy(own)).flatMap((read) => read.made());
}

async function readBy(own: DeclaredView): Promise<DeclaredView[]> {
  const text = own.definition.toLowerCase();
  // The parser takes longer than all else in a program, and few views read others.
  const named = [...declared.values()].filter(
    (other) => other !== own && other.connection === own.connection && text.includes(other.name.toLowerCase()),
  );
  if (named.length === 0) return [];
  const parsed = await parseDefinition(own.definition);
  if (!parsed.ok) return [];
  const read = relationsOf(parsed.definition.tree).map(({ schema = SEARCH_PATH[0] ?? "", name }) =>
    displayName({ schema, name }),
  );
  return named.filter((other) => read.includes(displayName(other)));
}

/** The names from a view back to itself, where there is such a way. */
async function circleThrough(own: DeclaredView): Promise<string[] | undefined> {
  const ways: (readonly DeclaredView[])[] = [[own]];
  const seen = new Set<DeclaredView>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const last = way.at(-1) as DeclaredView;
    for (const next of await readBy(last)) {
      if (next === own) return [...way, own].map(displayName);
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}
