import type { Capabilities } from "../../postgres/capabilities.ts";
import { named, setRoleSql } from "../../postgres/objectStatements.ts";
import type { SqlObject } from "../../postgres/objectStatements.ts";
import type { Difference } from "../../postgres/plan.ts";
import { RUNTIME_SCHEMA } from "./names.ts";

const SEARCH_PATH = "search_path=pg_catalog, pg_temp";

/** What the catalog says of a function that runs with its owner's rights. */
export interface OwnedFunction {
  readonly body: string;
  readonly owner: string;
  readonly isDefiner: boolean;
  readonly settings: readonly string[];
}

/** An object of the module's schema; `types` are those of a function's arguments, in their parentheses. */
export function runtimeObject(kind: string, name: string, types = ""): SqlObject {
  return named(kind, { schema: RUNTIME_SCHEMA, name }, types);
}

/** What keeps a function from being the one that the module makes for the owner. */
export function functionDifferences(name: string, body: string, owner: string, found: OwnedFunction): Difference[] {
  const isOurs = found.body === body && found.isDefiner && found.settings.join() === SEARCH_PATH;
  return [
    ...(isOurs ? [] : [{ property: `${name}()`, declared: "the module's", actual: "something else" }]),
    ...(found.owner === owner ? [] : [{ property: `owner of ${name}()`, declared: owner, actual: found.owner }]),
  ];
}

/** What is made must belong to the role whose views, jobs and rights it is about. */
export function actAs(owner: string, { currentUser }: Capabilities): string[] {
  return owner === currentUser ? [] : [setRoleSql(owner)];
}
