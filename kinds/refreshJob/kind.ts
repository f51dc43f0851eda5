import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { splitCommand } from "../claim.ts";
import type { Kind } from "../kind.ts";
import { describeDeclaredJobs, jobQuestions, surveyJobs } from "./describe.ts";
import { refreshJobSchema } from "./desired.ts";
import type { DesiredJob } from "./desired.ts";
import { resolveJob } from "./jobChanges.ts";
import { doubtGone } from "./jobState.ts";
import type { JobState } from "./jobState.ts";
import { observedJob } from "./observed.ts";
import { planJob } from "./plan.ts";
import { foreseeJob, preflightJob, preflightQuestions } from "./preflight.ts";
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
  asks: (desired, known) => [
    ...jobQuestions(known, desired),
    ...(known === undefined ? [] : desired.flatMap((job) => preflightQuestions(job, known))),
  ],
  describe: describeDeclaredJobs,
  survey: surveyJobs,
  // A job that names no user is that of the role that deployed it.
  record: (desired, { job }, capabilities) => job?.user ?? resolveJob(desired, capabilities).user,
  recall: (desired, recorded) =>
    desired.user === undefined && typeof recorded === "string" ? { ...desired, user: recorded } : desired,
  doubt: doubtGone,
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
  foresee: foreseeJob,
  preflightKeepsNoTransaction: true,
  warnings: warnOfJob,
};
