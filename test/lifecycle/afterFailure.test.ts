import { setTimeout as delay } from "node:timers/promises";
import { expect, jest, test } from "@jest/globals";
import { Client } from "pg";
import { checkoutVariables } from "../../scripts/checkoutVariables.ts";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { randomNumbers } from "../../scripts/fuzz/scheduleStrings.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { killEngine } from "../support/processes.ts";
import {
  atKnownPlace,
  OWNERS,
  PAIRS_PROGRAM,
  PAIRS_SETUP,
  perhapsSpoilt,
  SCHEMAS,
  soundView,
} from "../support/programPairs.ts";
import type { Declared } from "../support/programPairs.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

const SEED = Number(checkoutVariables.MATVIEW_SEED ?? 1);
const ROUNDS = Number(checkoutVariables.MATVIEW_ROUNDS ?? 5);
const SLOTS = Array.from({ length: 6 }, (_, at) => `v${at}`);
const GO_ON = [...UP, "--continue-on-error"];

jest.setTimeout(60_000 + ROUNDS * 120_000);

/** What goes wrong with a deploy besides what it refuses. */
type Failure = (project: ConsumerProject, database: TestDatabase, random: () => number) => Promise<unknown>;

const OURS = "application_name ~ '^pulumi-matview' and pid <> pg_backend_pid() and state <> 'idle'";

const FAILURES: Readonly<Record<string, Failure>> = {
  "refused only": (project) => project.pulumi(GO_ON),
  "the engine is killed": async (project, _database, random) => {
    const deploy = project.start(GO_ON);
    const ended = new Promise((resolve) => void deploy.once("close", resolve));
    await Promise.race([delay(1_500 + random() * 4_000), ended]);
    if (deploy.exitCode === null) await killEngine(deploy.pid ?? 0, `${project.directory}/state`);
    await project.pulumi(["cancel", "--yes"]);
  },
  "statements are cancelled": (project, { client }) =>
    whileRunning(project, () => client.query(`select pg_cancel_backend(pid) from pg_stat_activity where ${OURS}`)),
  "sessions are ended": (project, { client }) =>
    whileRunning(project, () => client.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${OURS}`)),
  "readers hold the views": async (project, { url }) => {
    const reader = new Client(url);
    await reader.connect();
    await reader.query("begin");
    const { rows } = await reader.query<{ view: string }>(
      "select format('%I.%I', schemaname, matviewname) as view from pg_matviews where ispopulated",
    );
    for (const { view } of rows) await reader.query(`select from ${view} limit 1`);
    await project.pulumi(GO_ON).finally(() => reader.end());
  },
  "a right is revoked": async (project, { client }) => {
    await client.query(
      `revoke select on public.xs from ${OWNERS.join(", ")}; revoke create on schema informes from duenb`,
    );
    await project.pulumi(GO_ON);
    await client.query(`grant select on public.xs to ${OWNERS.join(", ")}; grant create on schema informes to duenb`);
  },
};

/** Disturbs a deploy again and again until it ends. */
async function whileRunning(project: ConsumerProject, disturb: () => Promise<unknown>): Promise<void> {
  const deploy = project.pulumi(GO_ON);
  let isOver = false;
  void deploy.finally(() => (isOver = true));
  while (!isOver) {
    await disturb();
    await delay(150);
  }
}

async function deployed(database: TestDatabase): Promise<unknown> {
  const { rows } = await database.client.query(
    `select c.relname as name, n.nspname as schema, pg_get_userbyid(c.relowner) as owner,
       (select array_agg(i.indexrelid::regclass::text) from pg_index i where i.indrelid = c.oid and not i.indisunique) as others,
       (select json_agg(pg_get_indexdef(i.indexrelid)) from pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid) as keys,
       (select json_agg(json_build_array(j.jobname, j.username, j.schedule, j.active)) from cron.job j
        where j.command ~ ('[ .]' || c.relname || E'(;|\\n|$)')) as jobs
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any ($1) and c.relkind in ('m', 'v', 'r', 'i') and c.relname not in ('xs', 'taken', 'taken_idx', 'secreta')
       and c.relkind <> 'i' order by 1`,
    [SCHEMAS],
  );
  const { rows: jobs } = await database.client.query("select count(*)::int as jobs from cron.job");
  return { views: rows, jobs: jobs[0].jobs };
}

function expected(views: readonly Declared[]): unknown {
  const sorted = [...views].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    views: sorted.map(({ name, schema, owner, uniqueKey, job }) => ({
      ...{
        name,
        schema,
        owner,
        others: null,
        keys: [expect.stringMatching(new RegExp(`\\(${uniqueKey?.join(", ")}\\)`))],
      },
      jobs: [[job?.name, owner, job?.schedule, job?.active]],
    })),
    jobs: views.length,
  };
}

test("after a failure of any kind the corrected program converges, and nothing is left over", async () => {
  const random = randomNumbers(SEED);
  await withServer({ sample: false, launcherStands: true }, async (database) => {
    await prepare(database);
    await withProject(PAIRS_PROGRAM, { MATVIEW_DATABASE_URL: database.url }, async (project) => {
      const declare = (views: readonly Declared[]): void => project.write("views.json", JSON.stringify(views));
      let views = SLOTS.map((slot) => soundView(slot, undefined, random));
      const kinds = Object.keys(FAILURES);
      for (let round = 0; round < ROUNDS; round += 1) {
        const kind = kinds[round % kinds.length]!;
        // The first one is made with a failure too, in every second round a view is new.
        const before = views.filter((_, at) => round > 0 && at !== round % views.length);
        declare(before);
        await mustRun(project, UP);
        const failing = views.map((view) => perhapsSpoilt(view.slot, view, random));
        declare(failing);
        await FAILURES[kind]!(project, database, random);
        views = views.map((view, at) => atKnownPlace(soundView(view.slot, view, random), view, failing[at]!));
        declare(views);
        const context = `seed ${SEED}, round ${round}, ${kind}`;
        const story = told({ context, before, failing, views });
        const { code, stdout } = await project.pulumi(UP);
        expect(code === 0 ? "" : `${story}\n${stdout}`).toBe("");
        await mustConverge(project);
        const found = await deployed(database);
        // What led there is told with what is wrong.
        expect({ found, story: agrees(found, views) ? "" : story }).toEqual({ found: expected(views), story: "" });
      }
    });
  });
});

function agrees(found: unknown, views: readonly Declared[]): boolean {
  try {
    expect(found).toEqual(expected(views));
    return true;
  } catch {
    return false;
  }
}

const told = (story: object): string =>
  Object.entries(story)
    .flatMap(([key, views]) => [key, ...[views].flat().map((view) => `  ${JSON.stringify(view)}`)])
    .join("\n");

async function prepare({ client, server }: TestDatabase): Promise<void> {
  await client.query(PAIRS_SETUP);
  for (const owner of OWNERS) {
    await client.query(`create role ${owner} login password '${server.password(owner)}'`);
    await server.mapRole(owner);
    await client.query(
      `grant usage on schema cron to ${owner}; grant create, usage on schema public, informes to ${owner}; grant select on public.xs to ${owner}`,
    );
  }
  await client.query("create role lector");
}
