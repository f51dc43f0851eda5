import { derivedName } from "../../postgres/names.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { JOBS_FUNCTION, RUNS_FUNCTION } from "./names.ts";

/** A function as it is to be. */
export interface RuntimeFunction {
  readonly name: string;
  readonly create: string;
  /** As pg_proc keeps it. */
  readonly body: string;
}

/** The functions that show a role's jobs and runs; each role has its own, for it owns them. */
export function runtimeFunctions(owner: string): RuntimeFunction[] {
  return [JOBS_FUNCTION, RUNS_FUNCTION].map((suffix) => {
    const name = derivedName(owner, suffix);
    const create = sqlStatement(`runtime/${suffix}`, { names: { function: name } });
    return { name, create, body: create.split("$matview$")[1] ?? "" };
  });
}
