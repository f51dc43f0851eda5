import type { Session } from "../postgres/session.ts";
import { sqlText } from "../postgres/sqlFiles.ts";
import type { DesiredRuntime } from "./desired.ts";
import { runtimeFunctions } from "./functions.ts";

/** A function of the module as the catalog has it. */
export interface ActualFunction {
  readonly name: string;
  readonly body: string;
  readonly owner: string;
  readonly isDefiner: boolean;
  readonly settings: readonly string[];
  /** Roles that may call it; `public` is everybody. */
  readonly observers: readonly string[];
}

/** What is there of a role's functions. */
export interface ActualRuntime {
  readonly functions: readonly ActualFunction[];
  readonly hasSchema: boolean;
  /** The schema holds something else too. */
  readonly isShared: boolean;
}

interface Row extends Omit<ActualFunction, "name"> {
  name: string | null;
  isShared: boolean;
}

/** Reads the functions of each owner. */
export async function describeRuntime(session: Session, desired: readonly DesiredRuntime[]): Promise<ActualRuntime[]> {
  const found: ActualRuntime[] = [];
  for (const { owner } of desired) {
    const names = runtimeFunctions(owner).map(({ name }) => name);
    const { rows } = await session.cron.query<Row>(sqlText("describe/runtime_objects"), [names]);
    found.push({
      functions: rows.flatMap(({ name, isShared, ...row }) => (void isShared, name === null ? [] : [{ name, ...row }])),
      hasSchema: rows.length > 0,
      isShared: rows.some(({ isShared }) => isShared),
    });
  }
  return found;
}
