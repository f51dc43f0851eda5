import { describeJobs } from "../kinds/refreshJob/describe.ts";
import type { ActualJob } from "../kinds/refreshJob/describe.ts";
import { userError } from "../postgres/errors.ts";
import { shellWord } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { withDatabase } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import type { Call } from "./commandLine/defineVerb.ts";
import { COMMON_OPTIONS } from "./commandLine/options.ts";
import { table } from "./commandLine/table.ts";
import { print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { switchJob } from "./pause/jobSwitch.ts";

/** `matview quiesce`: for a restored copy of another environment's database. */
export const quiesce = defineVerb({
  verb: "quiesce",
  summary: "switch off the jobs that a restored copy inherited",
  words: "",
  says: `A dump has pg_cron's jobs in it, so a restored copy runs the jobs of production. Shows every active job, by database and role. With
--yes makes those inactive that are named: of a database, of every database, or with --stack what that stack made. The others run on. Nothing
is removed.`,
  options: [
    { name: "yes", summary: "do it; without it they are only shown" },
    { name: "database", value: "NAME", multiple: true, summary: "the jobs that run in this database" },
    { name: "all", summary: "the jobs of every database of the server" },
  ],
  common: COMMON_OPTIONS.filter(({ name }) => name !== "database"),
  examples: [
    ["quiesce --url-env COPY_URL", "what runs there"],
    ["quiesce --url-env COPY_URL --yes --database app", "switch off what runs in database app"],
  ],
  exits: { 0: "the named jobs are inactive, or all were shown", 1: "it could not be done", 2: "used wrongly" },
  reads: false,
  run: (call) =>
    withDatabase(call, async (session) => {
      const jobs = await activeJobs(session);
      mustRunThere(call.values("database"), jobs);
      const isNamed = ({ database, claim }: ActualJob): boolean =>
        call.has("all") ||
        call.values("database").includes(database) ||
        (claim !== undefined && claim.stack === call.value("stack"));
      const [stopped, others] = [jobs.filter(isNamed), jobs.filter((job) => !isNamed(job))];
      const sees = session.capabilities.cron?.seesAllJobs === true;
      if (!call.json) show(session, jobs, sees);
      if (call.has("yes") && stopped.length === 0 && others.length > 0)
        throw usageError(`which jobs? ${howToStop(call, others)}`);
      if (call.has("yes")) for (const job of stopped) await switchJob(session, job, false);
      if (call.json) printJson({ jobs, seesAllJobs: sees, switchedOff: call.has("yes") ? stopped : [] });
      else if (call.has("yes")) {
        if (jobs.length > 0) print(`${jobCount(stopped)} inactive now.`);
        if (others.length > 0) print(`${jobCount(others)} active still: ${howToStop(call, others)}`);
      } else if (jobs.length > 0) print(`Nothing was changed. ${howToStop(call, jobs)}`);
      return 0;
    }),
});

const jobCount = ({ length }: readonly ActualJob[]): string => `${length} ${length === 1 ? "job is" : "jobs are"}`;

function mustRunThere(databases: readonly string[], jobs: readonly ActualJob[]): void {
  const there = databasesOf(jobs);
  const [unknown] = databases.filter((name) => !there.includes(name));
  if (unknown === undefined) return;
  throw usageError(
    `--database ${unknown}: no active job runs there; ${there.length === 0 ? "there is none" : `there are some in ${there.join(", ")}`}`,
  );
}

/** A word for each database, so that nobody's jobs are stopped unseen. */
function howToStop(call: Call, jobs: readonly ActualJob[]): string {
  const from = ["stack", "url-env"].flatMap((name) => {
    const value = call.value(name);
    return value === undefined ? [] : [`--${name} ${shellWord(value)}`];
  });
  const databases = databasesOf(jobs).map((name) => `--database ${shellWord(name)}`);
  return `To stop ${jobs.length === 1 ? "it" : "them"}: ${["matview quiesce", ...from, "--yes", ...databases].join(" ")}`;
}

function databasesOf(jobs: readonly ActualJob[]): string[] {
  return [...new Set(jobs.map(({ database }) => database))].sort();
}

async function activeJobs(session: Session): Promise<ActualJob[]> {
  const { cron, cronDatabase, currentUser } = session.capabilities;
  if (cron === undefined) throw userError(`pg_cron is not installed in database ${cronDatabase}, so it holds no jobs`);
  if (!cron.hasUsage)
    throw userError(
      `role ${currentUser} may not look at the jobs; let a superuser run: grant usage on schema cron to ${currentUser}`,
    );
  const active = (await describeJobs(session, null)).filter(({ isActive }) => isActive);
  return active.sort((a, b) => (`${a.database}\0${a.user}` < `${b.database}\0${b.user}` ? -1 : 1));
}

function show(
  { capabilities: { cronDatabase, currentUser } }: Session,
  jobs: readonly ActualJob[],
  seesAll: boolean,
): void {
  if (!seesAll) print(`Role ${currentUser} sees its own jobs only; those of other roles run on.`);
  if (jobs.length === 0) return print(`No active job in database ${cronDatabase}.`);
  print(
    table(
      ["database", "as", "job", "schedule", "command"],
      jobs.map(({ name, schedule, database, user, command }) => [database, user, name, schedule, command]),
    ),
  );
}
