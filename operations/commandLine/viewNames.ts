import { displayName, shellWord } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Database } from "../stack/connection.ts";

/** What names a view in JSON. */
export interface NamedView {
  readonly view: string;
  /** Name of the connection, where the program has several databases. */
  readonly connection?: string;
}

export function namedView({ connection, ...view }: QualifiedName & Database): NamedView {
  return { view: displayName(view), ...(connection === undefined ? {} : { connection }) };
}

/** The same for people, who see the database behind the view's name. */
export function labelled<One extends NamedView>(one: One): One {
  return one.connection === undefined ? one : { ...one, view: `${one.view} (${one.connection})` };
}

/** How the command is told of a view. */
export function viewWords(view: QualifiedName & Database): string {
  return `${shellWord(displayName(view))}${view.connection === undefined ? "" : ` --database ${view.connection}`}`;
}
