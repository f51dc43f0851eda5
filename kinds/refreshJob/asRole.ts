import { inTransaction } from "../../postgres/applyPlan.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";

/**
 * Reads in pg_cron's database as a role, since row security shows a role its own jobs and runs only. A role that sees all
 * jobs, or is that role, just reads.
 */
export async function asRole<T>({ cron, capabilities }: Session, role: string, read: () => Promise<T>): Promise<T> {
  if (capabilities.cron?.seesAllJobs === true || role === capabilities.currentUser) return read();
  return inTransaction(cron, async () => {
    await cron.query(sqlStatement("statements/set_role", { names: { role } }));
    return read();
  });
}
