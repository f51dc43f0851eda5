import { step } from "../../postgres/plan.ts";
import type { Plan } from "../../postgres/plan.ts";
import { refreshedBy, refreshTarget } from "./command.ts";
import type { ResolvedJob } from "./desired.ts";
import { changesOf } from "./jobChanges.ts";
import type { JobContext } from "./jobChanges.ts";
import { isSameEntry, jobTitle } from "./jobState.ts";
import type { ActualJob } from "./jobState.ts";
import { hostNote, remadeSql } from "./statements.ts";

/**
 * The plan for a job that is there under another name: renamed in one transaction, so that no run is missed or doubled. It is a
 * difference, so that it takes `adopt`. Undefined where no job of this user does the same work.
 */
export function planTakeover({ job, state, powers, capabilities }: JobContext): Plan | undefined {
  const [found, ...more] = sameWork(job, state.jobs).filter(({ user }) => user === job.user);
  if (found === undefined) return undefined;
  const sql = remadeSql(found, job, powers, capabilities);
  const rename = step("rename job", job.name, `is there as ${jobTitle(found)}${hostNote(found)}`, sql, { on: "cron" });
  const differences = [
    { property: "name", declared: job.name, actual: `${found.name}, which refreshes the same view` },
    ...changesOf(job, found).filter(({ property }) => property !== "command"),
  ];
  if (more.length === 0) return { steps: [rename], differences };
  const refusal =
    `${[found, ...more].map(jobTitle).join(" and ")} refresh the same view: unschedule all but one, which adopt: true then renames, ` +
    "or declare its name";
  return { steps: [rename], differences: [], refusals: [refusal] };
}

/** Jobs under other names or of other roles that refresh the view that this one refreshes. */
export function sameWork(job: ResolvedJob, jobs: readonly ActualJob[]): ActualJob[] {
  const target = refreshTarget(job.command);
  if (target === undefined) return [];
  const view = { schema: target.schema ?? "public", name: target.name };
  return jobs.filter((other) => !isSameEntry(other, job) && refreshedBy(other, view, job.database));
}
