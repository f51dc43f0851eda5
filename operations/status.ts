import { parseArgs } from "node:util";
import Table from "cli-table3";
import colors from "picocolors";
import { resolveConnection } from "../components/postgres/connection.ts";
import { userError } from "../components/postgres/errors.ts";
import { displayName } from "../components/postgres/names.ts";
import { withSession } from "../components/postgres/session.ts";
import type { Verb } from "./verb.ts";
import { viewArgument } from "./viewArgument.ts";
import { readStatus } from "./viewStatus.ts";
import type { ViewStatus } from "./viewStatus.ts";

const help = `usage: matview status [VIEW] [--stamp COLUMN] [--json]

Shows each materialized view with its rows, unique index, job, last and next run, age and health.

  --stamp COLUMN  column whose maximum says when the view was last refreshed
  --json          the same as JSON

exit status: 0 all healthy, 1 something is wrong, 2 used wrongly`;

/** `matview status`: every view at a glance. */
export const status: Verb = {
  summary: "show every view at a glance",
  help,
  run: async (words) => {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { stamp: { type: "string" }, json: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const views = positionals.length === 0 ? undefined : [viewArgument(positionals)];
    const statuses = await withSession(resolveConnection({}), "matview status", (session) =>
      readStatus(session, views, values.stamp),
    );
    const wanted = views?.[0];
    if (wanted !== undefined && statuses.length === 0)
      throw userError(`there is no materialized view ${displayName(wanted)}`);
    process.stdout.write(values.json ? `${JSON.stringify(statuses, undefined, 2)}\n` : statusTables(statuses));
    return statuses.every(({ problems }) => problems.length === 0) ? 0 : 1;
  },
};

function statusTables(statuses: readonly ViewStatus[]): string {
  if (statuses.length === 0) return "There is no materialized view in this database.\n";
  return statuses.map((one) => `${statusTable(one)}\n`).join("\n");
}

function statusTable(one: ViewStatus): string {
  const table = new Table({ style: { head: [], border: [], compact: true } });
  const healthy = one.problems.length === 0;
  table.push(
    { view: displayName(one) },
    { rows: one.rows === undefined ? colors.red("no data") : `${grouped(one.rows)} (${size(one.bytes)})` },
    {
      index:
        one.index === null ? colors.red("none") : `${one.index}${one.isConcurrent ? "" : colors.red(" (invalid)")}`,
    },
    { job: jobText(one) },
    { "last run": lastRunText(one) },
    { "next run": one.nextRun === undefined ? "none" : utc(one.nextRun) },
    { age: one.ageSeconds === undefined ? "unknown" : age(one.ageSeconds) },
    { health: healthy ? colors.green("healthy") : colors.red(one.problems.join("; ")) },
  );
  return table.toString();
}

function jobText({ job }: ViewStatus): string {
  if (job === undefined) return colors.red("none");
  return `${job.name}, ${job.schedule}, ${job.isActive ? "active" : colors.red("inactive")}, as ${job.user}`;
}

function lastRunText({ lastRun }: ViewStatus): string {
  if (lastRun === undefined) return "none yet";
  const { status: outcome, startedAt, endedAt } = lastRun;
  const took = startedAt !== null && endedAt !== null ? ` in ${endedAt.getTime() - startedAt.getTime()} ms` : "";
  return `${outcome ?? "unknown"}${startedAt === null ? "" : ` at ${utc(startedAt)}`}${took}`;
}

function utc(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function age(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function size(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
