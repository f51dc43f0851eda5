import { isUserError } from "../../components/postgres/errors.ts";
import type { Session } from "../../components/postgres/session.ts";
import { describeJobs } from "../../components/refreshJob/describe.ts";
import type { ActualJob } from "../../components/refreshJob/describe.ts";
import { jobsOfRole } from "../../components/refreshJob/roleJobs.ts";

/**
 * All jobs that this role can see: its own, or all, and those of the views' owners as a member of their roles or through the
 * functions that the platform part installs for observers.
 */
export async function visibleJobs(session: Session, owners: readonly string[]): Promise<ActualJob[]> {
  const { cron, currentUser } = session.capabilities;
  if (cron === undefined) return [];
  const jobs = cron.hasUsage ? await describeJobs(session, null) : [];
  if (cron.hasUsage && cron.seesAllJobs) return jobs;
  for (const owner of new Set(owners)) {
    if (owner === currentUser) continue;
    try {
      jobs.push(...(await jobsOfRole(session, owner, [])));
    } catch (error) {
      // They stay hidden, which the checks report as "no job".
      if (!isUserError(error)) throw error;
    }
  }
  return jobs;
}
