import type { Client } from "pg";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import type { DesiredRuntime } from "./desired.ts";
import { runtimeFunctions } from "./functions.ts";
import { SHOWN_JOBS } from "./names.ts";
import type { OwnedFunction } from "./ownedObjects.ts";
import { describeSchema } from "./schema.ts";
import type { RuntimeSchema } from "./schema.ts";
import { throughFunction } from "./throughFunction.ts";

/** A function of the module as the catalog has it. */
export interface ActualFunction extends OwnedFunction {
  readonly name: string;
  /** Roles that may call it; `public` is everybody. */
  readonly observers: readonly string[];
}

/** What is there of a role's functions. */
export interface ActualRuntime {
  readonly functions: readonly ActualFunction[];
  readonly schema: RuntimeSchema;
  /** The role has jobs that run in another database: other stacks use the functions too. */
  readonly isInUse: boolean;
}

/** Reads the functions of the owner. */
export async function describeRuntime(
  { cron, capabilities }: Session,
  { owner }: DesiredRuntime,
): Promise<ActualRuntime> {
  const names = runtimeFunctions(owner).map(({ name }) => name);
  const { rows } = await cron.query<ActualFunction>(sqlText("describe/runtime_objects"), [names]);
  return {
    functions: rows,
    schema: await describeSchema(cron, owner),
    isInUse: (await jobDatabases(cron, owner)).some((database) => database !== capabilities.database),
  };
}

// Row security hides another role's jobs, and the role's own function shows them.
async function jobDatabases(cron: Client, owner: string): Promise<string[]> {
  const jobs = (await throughFunction<{ database: string }>(cron, owner, SHOWN_JOBS)) ?? [];
  return jobs.map(({ database }) => database);
}
