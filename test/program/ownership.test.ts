import { join } from "node:path";
import { describe, expect, jest, test as plain } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { testsWith } from "../support/lent.ts";
import { program, stateOf, withWorld, world } from "../support/ownedWorld.ts";
import { killEngine } from "../support/processes.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";
import { untilRow } from "../support/untilRow.ts";

jest.setTimeout(300_000);

const TABLERO = program("tablero");
const test = testsWith<Parameters<Parameters<typeof withWorld>[1]>>((use) => withWorld(TABLERO, use));

describe("an object has one owner", () => {
  plain.each([
    ["renamed", program("panel"), 'aliases: [{ name: "tablero" }]'],
    [
      "put below another parent",
      program("tablero", '{ parent: new Grupo("grupo") }'),
      'aliases: ["urn:pulumi:prod::ventas::matview:index:RefreshedView::tablero"]',
    ],
  ])("when its resource is %s: taken over, nothing is run, nothing is dropped", async (_what, changed, alias) => {
    await withWorld(TABLERO, async (project, { client }) => {
      const before = await world(client);
      project.write("index.ts", changed);
      const preview = await mustRun(project, ["preview"]);
      expect(preview).toContain("taken over from tablero: nothing is run, nothing is dropped");
      expect(preview).toContain(alias);
      const plan = (await project.matview(["plan", "--stack", "prod"])).stdout;
      expect(plan).toMatch(/materialized view public\.tablero: taken over by \w+: nothing is run, nothing is dropped/);
      // The deploy of that very plan is the deploy.
      project.write("plan.json", (await project.matview(["plan", "--stack", "prod", "--json"])).stdout);
      const up = await mustRun(project, UP, { MATVIEW_PLAN: join(project.directory, "plan.json") });
      expect(up).toMatch(
        /materialized view public\.tablero is managed by resource \w+ of stack prod of project ventas/,
      );
      expect(await world(client)).toEqual(before);
      await mustConverge(project);
    });
  });

  test("when the alias is given: a plain rename, which shows nothing", async (project, { client }) => {
    const before = await world(client);
    project.write("index.ts", program("panel", '{ aliases: [{ name: "tablero" }] }'));
    await mustRun(project, ["preview", "--expect-no-changes"]);
    await mustRun(project, UP);
    project.write(
      "index.ts",
      program(
        "panel",
        '{ parent: new Grupo("grupo"), aliases: ["urn:pulumi:prod::ventas::matview:index:RefreshedView::panel"] }',
      ),
    );
    expect(await mustRun(project, UP)).toMatch(/\+ 1 created\n +6 unchanged/);
    expect(await world(client)).toEqual(before);
    await mustConverge(project);
  });

  test("when two resources of a program declare it: refused at once, both named", async (project, { client }) => {
    const before = await world(client);
    const both = [
      program("tablero", "{}", 'new RefreshedView("panel", args);'),
      program("panel", "{}", 'new RefreshedView("tablero", args);'),
    ];
    for (const [text, args] of both.flatMap((text) => [["preview"], UP].map((args) => [text, args] as const))) {
      project.write("index.ts", text);
      const { code, stdout } = await project.pulumi(args);
      expect(code).not.toBe(0);
      expect(stdout).toMatch(
        /materialized view public\.tablero is declared twice, by (tablero|panel) \(.*\) and by (tablero|panel) \(/,
      );
    }
    project.write("index.ts", TABLERO);
    await mustRun(project, UP);
    expect(await world(client)).toEqual(before);
    await mustConverge(project);
  });

  test("when another stack declares it: refused in the preview; adopt takes it over, and the first one's destroy drops nothing", async (project, {
    client,
    url,
  }) => {
    const before = await world(client);
    await withProject(
      program("tablero"),
      { MATVIEW_DATABASE_URL: url },
      async (second) => {
        const refused = await second.pulumi(["preview"]);
        expect(refused.stdout).toMatch(
          /refused: materialized view public\.tablero is managed by resource tablero of stack prod of project ventas \(since 20\S+, pulumi-matview \d/,
        );
        const up = await second.pulumi(UP);
        expect(up.code).not.toBe(0);
        expect(up.stdout).toMatch(/an object has one owner/);
        await mustRun(second, ["destroy", "--yes"]);
        expect(await world(client)).toEqual(before);
        await mustConverge(project);

        second.write("index.ts", TABLERO.replace("const args = {", "const args = { adopt: true,"));
        await mustRun(second, UP);
        expect(await world(client)).toEqual(before);
        // The first one sees it, may change nothing, and leaves without a trace.
        expect(await mustRun(project, ["refresh", "--yes", "--run-program=false"])).toMatch(
          /is managed by resource tablero of stack informes of project otra .* now: this resource leaves it alone/,
        );
        project.write("index.ts", TABLERO.replace("0 3 1 1 *", "0 4 1 1 *"));
        const lost = await project.pulumi(UP);
        expect(lost.code).not.toBe(0);
        expect(lost.stdout).toMatch(
          /is managed by resource tablero-refresh of stack informes of project otra .* now, and no longer by this resource/,
        );
        // Another tool wipes the view's claim: the one on its job still says whose it is.
        await client.query("comment on materialized view public.tablero is 'dbt'");
        await mustRun(project, ["destroy", "--yes"]);
        expect(await world(client)).toEqual(before);
        await client.query("comment on materialized view public.tablero is null");
        await mustConverge(second);
        await mustRun(second, ["destroy", "--yes"]);
        expect(await world(client)).toMatchObject({ view: null, jobs: 0 });
      },
      { name: "otra", stack: "informes" },
    );
  });

  test("when an entry is replaced, of the view, the index or the job", async (project, { client }) => {
    const before = await world(client);
    const { ours } = await stateOf(project);
    expect(ours.length).toBe(3);
    for (const urn of ours) await mustRun(project, [...UP, "--replace", urn]);
    expect(await world(client)).toEqual(before);
    await mustConverge(project);
    await mustRun(project, [...UP, ...ours.flatMap((urn) => ["--replace", urn])]);
    expect(await world(client)).toEqual(before);
    await mustConverge(project);
  });

  test("when the option deleteBeforeReplace has the delete come first; destroy --run-program still drops", async (project, {
    client,
  }) => {
    const options =
      "{ transforms: [(args) => ({ props: args.props, opts: pulumi.mergeOptions(args.opts, { deleteBeforeReplace: true }) })] }";
    project.write("index.ts", program("tablero", options));
    await mustRun(project, UP);
    const before = await world(client);
    const { ours } = await stateOf(project);
    for (const urn of ours) await mustRun(project, [...UP, "--replace", urn]);
    expect(await mustRun(project, [...UP, ...ours.flatMap((urn) => ["--replace", urn])])).toMatch(
      /materialized view public\.tablero stays as it is while its resource is replaced: nothing is dropped/,
    );
    expect(await world(client)).toEqual(before);
    await mustConverge(project);
    await mustRun(project, ["destroy", "--yes", "--run-program"]);
    expect(await world(client)).toMatchObject({ view: null, jobs: 0 });
  });

  test("when an old copy of the state is destroyed", async (project, { client }) => {
    const old = await mustRun(project, ["stack", "export"]);
    project.write("old.json", old);
    project.write("index.ts", program("panel"));
    await mustRun(project, UP);
    const before = await world(client);
    const current = await mustRun(project, ["stack", "export"]);
    project.write("current.json", current);
    await mustRun(project, ["stack", "import", "--file", "old.json"]);
    await mustRun(project, ["destroy", "--yes"]);
    expect(await world(client)).toEqual(before);
    await mustRun(project, ["stack", "import", "--file", "current.json"]);
    await mustConverge(project);
  });

  test("when the run is killed between create and delete", async (project, { client }) => {
    const before = await world(client);
    project.write("index.ts", program("panel"));
    const deploy = project.start(UP);
    // The deletes come last, after the new resources have taken all over.
    await untilRow(client, "the new resource to take the job over", [
      "select 1 from cron.job where command like '%panel-refresh%'",
    ]);
    await killEngine(deploy.pid ?? 0, join(project.directory, "state"));
    await project.pulumi(["cancel", "--yes"]);
    await mustRun(project, UP);
    expect(await world(client)).toEqual(before);
    await mustConverge(project);
  });

  test("when state and database are from before there were tokens", async (project, { client }) => {
    // What the release before left: no token in the state, no claim on the objects.
    const state = JSON.parse(await mustRun(project, ["stack", "export"])) as {
      deployment: { resources: { outputs?: Record<string, unknown> }[] };
    };
    for (const { outputs } of state.deployment.resources) delete outputs?.["fencingToken"];
    project.write("old.json", JSON.stringify(state));
    await client.query("comment on materialized view public.tablero is null");
    await client.query("comment on index public.tablero_tienda_idx is null");
    await client.query("select cron.alter_job(jobid, command := split_part(command, E'\\n', 1)) from cron.job");
    await mustRun(project, ["stack", "import", "--file", "old.json"]);
    const before = await world(client);
    await mustConverge(project);
    // It is given one with the next update, which changes only what was asked for.
    project.write("index.ts", TABLERO.replace("0 3 1 1 *", "0 4 1 1 *"));
    await mustRun(project, UP);
    expect((await client.query("select command from cron.job")).rows[0].command).toMatch(
      /"resource":"tablero-refresh"/,
    );
    // View and index still have none when their resources are renamed.
    project.write("index.ts", program("panel").replace("0 3 1 1 *", "0 4 1 1 *"));
    await mustRun(project, UP);
    expect(await world(client)).toEqual(before);
    await mustConverge(project);
    await mustRun(project, ["destroy", "--yes"]);
    expect(await world(client)).toMatchObject({ view: null, jobs: 0 });
  });

  test("when view and resource are renamed and the job goes on to refresh the new view: it stays", async (project, {
    client,
  }) => {
    const moved = program("panel").replace('name: "tablero"', 'adopt: true, name: "tablero_nuevo"');
    const { jobId } = await world(client);
    project.write("index.ts", moved);
    await mustRun(project, UP);
    expect(await world(client)).toMatchObject({ view: null, jobs: 1, jobId });
    await mustConverge(project);
  });
});

describe("a destroy that is refused", () => {
  test("leaves job, index and view as they were, and names who is in the way", async (project, { client }) => {
    const refresh = '{ statementTimeout: "5m", vacuum: "7 2 1 1 *", keepRuns: "7d" }';
    const declared = TABLERO.replace("const args = {", `const args = { refresh: ${refresh},`);
    project.write("index.ts", declared);
    await mustRun(project, UP);
    await client.query("create view public.v_dep as select count(*) from public.tablero");
    const jobs = async () => (await client.query("select jobid, command, active from cron.job order by jobid")).rows;
    const [before, all] = [await world(client), await jobs()];
    expect(all).toHaveLength(3);
    const { code, stdout, stderr } = await project.pulumi(["destroy", "--yes"]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/materialized view public\.tablero cannot be dropped, and nothing was: 1 problem/);
    expect(stdout + stderr).toMatch(
      /view public\.v_dep depends on public\.tablero: drop it first, or let it read something else/,
    );
    expect(stdout + stderr).not.toMatch(/cascade/i);
    expect(await world(client)).toEqual(before);
    expect(await jobs()).toEqual(all);
    // What the engine took for gone is this entry's still, and may be changed by it.
    project.write("index.ts", declared.replace("0 3 1 1 *", "0 4 1 1 *"));
    await mustRun(project, UP);
    expect((await jobs()).map(({ jobid }) => jobid)).toContain(all[0]?.jobid);
    await mustConverge(project);
    await client.query("drop view public.v_dep");
    project.write("index.ts", "export const nothing = 1;\n");
    const plan = (await project.matview(["plan", "--stack", "prod"])).stdout;
    expect(plan).toMatch(/data gone/);
    expect(plan).toMatch(/gone with it: .*; it was read \d+ times since/);
    expect(plan).toMatch(/index public\.tablero_tienda_idx: goes with materialized view public\.tablero/);
    expect(plan).toMatch(/refresh job refresca-tablero: goes with materialized view public\.tablero/);
    await mustRun(project, ["destroy", "--yes"]);
    expect(await world(client)).toMatchObject({ view: null });
    expect(await jobs()).toEqual([]);
    expect((await client.query("select 1 from pg_db_role_setting where setrole <> 0")).rows).toEqual([]);
  });
});
