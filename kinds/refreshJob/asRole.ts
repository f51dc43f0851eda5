import type { QueryResultRow } from "pg";
import { ask } from "../../postgres/asked.ts";
import { setRoleSql } from "../../postgres/objectStatements.ts";
import { answersOf, flight } from "../../postgres/pipeline.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";

/**
 * Asks in pg_cron's database as a role, since row security shows a role its own jobs and runs only. A role that sees all
 * jobs, or is that role, just asks. `acting` is called where the question was put with the rights of the role, whatever came of it.
 */
export async function askAsRole<Row extends QueryResultRow>(
  { cron, capabilities }: Session,
  role: string,
  file: string,
  values: readonly unknown[],
  acting: () => void = () => undefined,
): Promise<Row[]> {
  if (capabilities.cron?.seesAllJobs === true || role === capabilities.currentUser) {
    acting();
    return (await ask<Row>(cron, file, values)).rows;
  }
  const settled = await Promise.allSettled(
    flight(cron, ["begin", setRoleSql(role), { text: sqlText(file), values: [...values] }, "commit"]),
  );
  if (settled[1]?.status === "fulfilled") acting();
  return (answersOf(settled)[2]?.rows ?? []) as Row[];
}
