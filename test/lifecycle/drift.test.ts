import { describe, expect, jest, test } from "@jest/globals";
import { VIEW } from "../support/dashboard.ts";
import { sharedDeployment } from "../support/deployment.ts";
import { DESTROY, mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";

jest.setTimeout(180_000);

const INDEX = "mv_conversaciones_dashboard_conversacion_id_idx";
const JOB = "select jobid from cron.job where jobname = 'refresh-conversaciones-dashboard'";
const alterJob = (change: string): string[] => [`select cron.alter_job((${JOB}), ${change})`];

interface Drift {
  readonly title: string;
  readonly byHand: readonly string[];
  /** What the state refresh must show. */
  readonly shows: readonly RegExp[];
  /** What `up` must do, no more. */
  readonly heals: readonly string[];
}

const resource = {
  view: "conversaciones-dashboard",
  index: "conversaciones-dashboard-key",
  job: "conversaciones-dashboard-refresh",
};
const firstRefresh = "conversaciones-dashboard-first-refresh";

const DRIFTS: readonly Drift[] = [
  {
    title: "another schedule",
    byHand: alterJob("schedule := '7 * * * *'"),
    shows: [/~ schedule: "\*\/5 \* \* \* \*" => "7 \* \* \* \*"/],
    heals: [`update ${resource.job}`],
  },
  {
    title: "an inactive job",
    byHand: alterJob("active := false"),
    shows: [/~ active: true => false/],
    heals: [`update ${resource.job}`],
  },
  {
    title: "another command",
    byHand: alterJob("command := 'select 1'"),
    shows: [/~ command: "REFRESH MATERIALIZED VIEW CONCURRENTLY .*" => "select 1"/],
    heals: [`update ${resource.job}`],
  },
  {
    title: "a dropped index",
    byHand: [`drop index public.${INDEX}`],
    shows: [/- pulumi-nodejs:dynamic\/matview:ViewIndex: \(delete\)/],
    heals: [`create ${resource.index}`],
  },
  {
    title: "an invalid index",
    byHand: [`update pg_index set indisvalid = false where indexrelid = 'public.${INDEX}'::regclass`],
    shows: [/~ valid: true => false/],
    heals: [`update ${resource.index}`],
  },
  {
    title: "a dropped view",
    byHand: [`drop materialized view ${VIEW}`],
    shows: [
      /- pulumi-nodejs:dynamic\/matview:MaterializedView: \(delete\)/,
      /- pulumi-nodejs:dynamic\/matview:ViewIndex: \(delete\)/,
    ],
    heals: [`create ${resource.view}`, `create ${resource.index}`, `update ${firstRefresh}`, `update ${resource.job}`],
  },
  {
    title: "another definition",
    byHand: [
      `drop materialized view ${VIEW}`,
      `create materialized view ${VIEW} as select id as conversacion_id from public.conversaciones_whatsapp`,
      `create unique index ${INDEX} on ${VIEW} (conversacion_id)`,
      `alter materialized view ${VIEW} owner to matview_owner`,
    ],
    shows: [/~ definition: /],
    heals: [`update ${resource.view}`],
  },
  {
    title: "a view without data",
    byHand: [`refresh materialized view ${VIEW} with no data`],
    shows: [/~ incarnation: "[0-9a-f]{12}" => "unpopulated"/],
    heals: [`update ${resource.view}`, `update ${firstRefresh}`, `update ${resource.job}`],
  },
];

describe("drift", () => {
  const deployed = sharedDeployment();

  test("is not seen where there is none", async () => {
    await mustRun(deployed().stack, ["refresh", "--preview-only", "--expect-no-changes"]);
    await mustConverge(deployed().stack);
  });

  test.each(DRIFTS)("$title is named by a state refresh, announced by a preview, and healed by up", async (drift) => {
    const { database, stack } = deployed();
    for (const statement of drift.byHand) await database.client.query(statement);

    const refreshed = await stack.pulumi(["refresh", "--preview-only", "--expect-no-changes", "--diff"]);
    expect(refreshed.code).toBe(7);
    for (const shown of drift.shows) expect(refreshed.stdout).toMatch(shown);

    const announced = await operations(stack);
    expect(await operations(stack, UP)).toEqual(announced);
    expect(announced).toEqual([...drift.heals].sort());

    const { rows } = await database.client.query<{ count: string; fresh: boolean; active: boolean }>(
      `select count(*), max(vista_actualizada_at) > now() - interval '10 minutes' as fresh,
              (select active from cron.job where jobname = 'refresh-conversaciones-dashboard') as active
       from ${VIEW}`,
    );
    expect(rows).toEqual([{ count: "3230", fresh: true, active: true }]);
    await database.client.query(`refresh materialized view concurrently ${VIEW}`);
    await mustConverge(stack);
  });

  test("destroy leaves no object and no job", async () => {
    const { database, stack } = deployed();
    await mustRun(stack, DESTROY);
    const { rows } = await database.client.query(
      "select (select count(*)::int from cron.job) as jobs, (select count(*)::int from pg_class where relname like 'mv\\_%') as relations",
    );
    expect(rows).toEqual([{ jobs: 0, relations: 0 }]);
  });
});
