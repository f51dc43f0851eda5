import { readSchedule } from "../../kinds/refreshJob/schedule.ts";
import { displayName, sqlLiteral } from "../../postgres/names.ts";
import { clock } from "../commandLine/text.ts";
import { viewWords } from "../commandLine/viewNames.ts";
import { asFix, diagnosisOf } from "./finding.ts";
import type { Diagnosis } from "./finding.ts";

const NOT_RUNNING = "the job does not run";

/** Why no run begins, first cause first: each one hides those behind it. */
export const jobDiagnoses: readonly Diagnosis[] = [
  diagnosisOf("standby"),
  diagnosisOf("pg-cron-missing"),
  diagnosisOf("job-without-role"),
  diagnosisOf("launcher-dead"),
  ({ unseen, capabilities: { currentUser }, declared }) =>
    unseen.job === undefined
      ? undefined
      : {
          id: "job-hidden",
          symptom: "whether the job runs is not known",
          evidence: `role ${currentUser} sees no job${declared.job === undefined ? "" : ` ${declared.job}`} that refreshes ${displayName(declared)}`,
          cause: "pg_cron shows a role its own jobs, and only where it may use the schema cron",
          ...asFix(unseen.job),
        },
  ({ job, capabilities: { currentUser }, declared, unseen }) =>
    job !== undefined
      ? undefined
      : {
          id: "job-missing",
          symptom: NOT_RUNNING,
          evidence: `role ${currentUser} sees no job${declared.job === undefined ? "" : ` ${declared.job}`} that refreshes ${displayName(declared)}`,
          cause: [
            "the job was removed, or never made",
            ...(unseen.otherJobs === undefined ? [] : [unseen.otherJobs]),
          ].join("; "),
          fix: "deploy the stack",
        },
  ({ runner, job }) =>
    runner === undefined || runner.storedPort === runner.port
      ? undefined
      : {
          id: "restored-copy",
          symptom: "jobs of another environment run here, or none does",
          evidence: `job ${job?.name} was made on a server at port ${runner.storedPort}; this one listens at port ${runner.port}`,
          cause:
            "this database is a restored copy (a dump holds pg_cron's jobs), or the server's port was changed: jobs keep the one they were made with",
          fix: "of a copy, remove the job and deploy this environment's own stack; matview quiesce shows what else a copy would run. With a new port, deploy the stack, which makes the job again",
          run: [`select cron.unschedule(${job?.jobId})`],
        },
  ({ job, declared }) =>
    job?.isActive !== false
      ? undefined
      : {
          id: "job-inactive",
          symptom: NOT_RUNNING,
          evidence: `job ${job.name} is inactive`,
          cause: "it was paused by hand, or the configuration says active: false",
          fix: "let it run",
          run: [`matview resume ${viewWords(declared)}`],
        },
  ({ job, jobRefreshesView, declared, capabilities: { database } }) =>
    job === undefined || jobRefreshesView
      ? undefined
      : {
          id: "job-refreshes-something-else",
          symptom: "the job runs and the view stays as it is",
          evidence: `job ${job.name} runs in database ${job.database}: ${job.command}`,
          cause: `its command or database was changed by hand; it does not refresh ${displayName(declared)} in ${database}`,
          fix: "deploy the stack: it puts command and database right",
        },
  ({ job }) =>
    job === undefined || readSchedule(job.schedule) !== undefined
      ? undefined
      : {
          id: "schedule-never-fires",
          symptom: NOT_RUNNING,
          evidence: `schedule ${job.schedule}`,
          cause: "pg_cron accepts it and never fires, or fires at other times than it says",
          fix: 'declare a schedule that pg_cron keeps, such as "*/5 * * * *", in the program or as matview:schedule, and deploy the stack',
        },
  ({ otherJobs, job, declared }) =>
    otherJobs.length === 0
      ? undefined
      : {
          id: "several-jobs",
          symptom: "refreshes come more often than the schedule says, and wait for each other",
          evidence: [job, ...otherJobs].map((one) => `job ${one?.jobId} ${one?.name} of ${one?.user}`).join(", "),
          cause: `more than one active job refreshes ${displayName(declared)}`,
          fix: `keep job ${job?.name}; as superuser, or as the role of each:`,
          run: otherJobs.map(({ jobId }) => `select cron.unschedule(${jobId})`),
        },
  diagnosisOf("job-of-another-role"),
  diagnosisOf("role-cannot-log-in"),
];

/** Runs that are due and are not recorded, when nothing of the above explains it. */
export const noRuns: Diagnosis = ({ job, runs, limits, freshness, now, capabilities, unseen }) => {
  if (unseen.runs !== undefined) {
    return {
      id: "runs-hidden",
      symptom: "whether runs succeed is not known",
      evidence: `the runs of job ${job?.name} cannot be read`,
      cause: "pg_cron shows a role its own runs",
      ...asFix(unseen.runs),
    };
  }
  const [last] = runs;
  const since = last?.at;
  const silentSeconds =
    since === undefined ? (freshness.filledAgeSeconds ?? Infinity) : (now.getTime() - since.getTime()) / 1000;
  if (
    capabilities.cron === undefined ||
    job === undefined ||
    limits.staleSeconds === undefined ||
    silentSeconds <= limits.staleSeconds
  )
    return undefined;
  const evidence = since === undefined ? "no run is recorded" : `the last run is of ${clock(since)}`;
  const isFresh = freshness.stampAgeSeconds !== undefined && freshness.stampAgeSeconds <= limits.staleSeconds;
  // A view that was made just now has no run yet either.
  if (isFresh && since === undefined) return undefined;
  // pg_cron does not say when a job was made.
  const [isNew, wait] =
    since === undefined ? ["the job is new; or ", "wait for the next run; if none comes: "] : ["", ""];
  return isFresh
    ? {
        id: "runs-not-recorded",
        symptom: "the history ends, and the view is fresh",
        evidence,
        cause: "cron.log_run is off, the history is cut elsewhere, or something else refreshes the view",
        fix: "let a superuser have pg_cron record runs, and restart the server; or look who deletes the history or refreshes the view",
        run: ["alter system set cron.log_run = on"],
      }
    : {
        id: "runs-do-not-begin",
        symptom: NOT_RUNNING,
        evidence: `${evidence}; the job is active and the launcher runs`,
        cause: `${isNew}the launcher missed a change of the job, or other jobs use all of cron.max_running_jobs`,
        fix: `${wait}have the launcher read the job again; where that does not help, restart the server`,
        run: [`select cron.alter_job(${job.jobId}, schedule := ${sqlLiteral(job.schedule)})`],
      };
};
