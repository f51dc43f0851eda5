import type { Client } from "pg";
import { derivedName, sqlName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { packageVersion } from "../../postgres/packageFolder.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import type { Claim } from "../claim.ts";
import { freeTag } from "../refreshJob/command.ts";

/** A deploy that changed what a view is. */
export interface LoggedDeploy {
  readonly at: Date;
  /** The role that logged in. */
  readonly by: string;
  readonly stack: string | null;
  readonly version: string;
  readonly action: "created" | "deployed" | "taken back" | "put back";
  readonly definitionHash: string;
  readonly definition: string;
  readonly rowsBefore: number | null;
  readonly rowsAfter: number | null;
}

/** The log of the deploys of a role's views, in schema `matview` of their database; each owner of views has its own. */
export function deployTable(owner: string): string {
  return derivedName(owner, "deploys");
}

interface Logged {
  readonly view: QualifiedName;
  readonly owner: string;
  readonly claim: Claim | undefined;
  readonly action: LoggedDeploy["action"];
  /** Where the new one is when it is logged. */
  readonly relation: QualifiedName;
  /** Whether there were rows before, and are now. */
  readonly had?: boolean;
  readonly has?: boolean;
}

/** What writes a deploy into the log: `install` on its own before, `write` in the transaction of the deploy. */
export interface DeployLog {
  readonly install: string;
  readonly write: string;
}

/** The statements that make the log, where it is missing, and write into it. */
export function deployLog({ view, owner, claim, action, relation, had = false, has = false }: Logged): DeployLog {
  const table = deployTable(owner);
  const stack = claim === undefined ? "" : `${claim.project}/${claim.stack}`;
  const count = (one: QualifiedName): string => `select pg_catalog.count(*) from ${sqlName(one)}`;
  const [before, after] = [had ? count(view) : "null", has ? count(relation) : "null"];
  const tag = freeTag([table, owner, stack, view.schema, view.name, relation.name].join(" "));
  const literals = {
    schema: view.schema,
    view: view.name,
    relation: sqlName(relation),
    stack,
    version: packageVersion(),
  };
  return {
    install: sqlStatement("statements/install_deploy_log", {
      names: { table, owner },
      literals: { table, owner },
      raw: { tag },
    }),
    write: sqlStatement("statements/log_deploy", {
      names: { table },
      literals: { ...literals, action },
      raw: { tag, before, after },
    }),
  };
}

/** The logged deploys of a view, the newest first; undefined where its owner has no log, and why not where it may not be read. */
export async function readDeploys(
  client: Client,
  view: QualifiedName & { readonly owner: string },
): Promise<LoggedDeploy[] | "closed" | undefined> {
  const table = deployTable(view.owner);
  const { rows } = await client.query<{ isThere: boolean; mayRead: boolean }>(sqlText("describe/deploy_log"), [table]);
  if (rows[0]?.isThere !== true) return undefined;
  if (!rows[0].mayRead) return "closed";
  const text = sqlStatement("describe/deploys", { names: { table } });
  return (await client.query<LoggedDeploy>(text, [view.schema, view.name])).rows;
}
