import { describeJobs } from "../kinds/refreshJob/describe.ts";
import type { ActualJob } from "../kinds/refreshJob/describe.ts";
import { userError } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import { withDatabase } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { table } from "./commandLine/table.ts";
import { print, printJson } from "./commandLine/text.ts";
import { switchJob } from "./pause/jobSwitch.ts";

/** `matview quiesce`: for a restored copy of another environment's database. */
export const quiesce = defineVerb({
  verb: "quiesce",
  summary: "switch off every job that a restored copy inherited",
  words: "",
  says: `A dump has pg_cron's jobs in it, so a restored copy runs the jobs of production. Shows every active job, whoever owns it and whatever
it does. With --yes makes them inactive. Nothing is removed.`,
  options: [{ name: "yes", summary: "do it; without it they are only shown" }],
  examples: [
    ["quiesce --url-env COPY_URL", "what would be switched off"],
    ["quiesce --url-env COPY_URL --yes", "switch it off"],
  ],
  exits: { 0: "no job is active, or they were shown", 1: "it could not be done", 2: "used wrongly" },
  reads: false,
  run: (call) =>
    withDatabase(call, async (session) => {
      const jobs = await activeJobs(session);
      const sees = session.capabilities.cron?.seesAllJobs === true;
      if (!call.json) show(session, jobs, sees);
      if (call.has("yes")) for (const job of jobs) await switchJob(session, job, false);
      if (call.json) printJson({ jobs, seesAllJobs: sees, switchedOff: call.has("yes") });
      else if (jobs.length > 0)
        print(
          call.has("yes")
            ? `${jobs.length} jobs are inactive now.`
            : "Nothing was changed: matview quiesce --yes makes them inactive.",
        );
      return 0;
    }),
});

async function activeJobs(session: Session): Promise<ActualJob[]> {
  const { cron, cronDatabase, currentUser } = session.capabilities;
  if (cron === undefined) throw userError(`pg_cron is not installed in database ${cronDatabase}, so it holds no jobs`);
  if (!cron.hasUsage)
    throw userError(
      `role ${currentUser} may not look at the jobs; let a superuser run: grant usage on schema cron to ${currentUser}`,
    );
  return (await describeJobs(session, null)).filter(({ isActive }) => isActive);
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
      ["job", "schedule", "database", "as", "command"],
      jobs.map(({ name, schedule, database, user, command }) => [name, schedule, database, user, command]),
    ),
  );
}
