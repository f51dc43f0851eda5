import { isServerError } from "../../components/postgres/errors.ts";
import type { Session } from "../../components/postgres/session.ts";
import { describeJobs } from "../../components/refreshJob/describe.ts";
import type { ActualJob } from "../../components/refreshJob/describe.ts";
import { asRole } from "./asRole.ts";

/** All jobs that this role can see: its own, or all, and as a member of the views' owners theirs. */
export async function visibleJobs(session: Session, owners: readonly string[]): Promise<ActualJob[]> {
  const { cron, currentUser } = session.capabilities;
  if (cron?.hasUsage !== true) return [];
  const jobs = await describeJobs(session, null);
  if (cron.seesAllJobs) return jobs;
  for (const owner of new Set(owners)) {
    if (owner === currentUser) continue;
    try {
      jobs.push(...(await asRole(session, owner, () => describeJobs(session, null))));
    } catch (error) {
      // No member of that role, or one without the schema cron: its jobs stay hidden, which the checks report as "no job".
      if (!isServerError(error, "42501")) throw error;
    }
  }
  return jobs;
}
