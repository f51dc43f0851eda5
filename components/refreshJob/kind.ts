import { splitCommand } from "../claim.ts";
import type { Kind } from "../kind.ts";
import { sqlStatement } from "../postgres/sqlFiles.ts";
import { describeDeclaredJobs, surveyJobs } from "./describe.ts";
import { refreshJobSchema } from "./desired.ts";
import type { DesiredJob } from "./desired.ts";
import type { JobState } from "./jobState.ts";
import { observedJob } from "./observed.ts";
import { planJob } from "./plan.ts";
import { preflightJob } from "./preflight.ts";
import { warnOfJob } from "./warnings.ts";

/** Jobs of pg_cron: absent, identical, each property different, renamed, of another user, there under another name. */
export const refreshJobKind: Kind<DesiredJob, JobState> = {
  noun: "refresh job",
  schema: refreshJobSchema,
  id: ({ name, user }) => (user === undefined ? name : `${name}@${user}`),
  located: (desired, previous) => {
    const { user, ...rest } = desired;
    void user;
    return { ...rest, name: previous.name, ...(previous.user === undefined ? {} : { user: previous.user }) };
  },
  describe: describeDeclaredJobs,
  survey: surveyJobs,
  isAbsent: ({ job, restsByAbsence }) => job === undefined && !restsByAbsence,
  ownership: {
    claimOf: ({ job }) => job?.claim,
    on: "cron",
    query: ({ name, user }, { currentUser }) =>
      sqlStatement("describe/job_command", { literals: { job: name, user: user ?? currentUser } }),
    read: (text) => splitCommand(text).claim,
  },
  plan: planJob,
  observed: observedJob,
  preflight: preflightJob,
  warnings: warnOfJob,
};
