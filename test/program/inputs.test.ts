import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import type { TestDatabase } from "../support/database.ts";
import { stateOf, withWorld } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const SMALLEST = `import { RefreshedView } from "pulumi-matview";
new RefreshedView("tablero", { uniqueKey: ["tienda"] });
`;

/** A program whose view has some more arguments; `later` is a value that only a deploy knows. */
const program = (args: string, options = "{}"): string => `import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { RefreshedView } from "pulumi-matview";
const later = (value) => new command.local.Command("later", { create: "echo '" + value + "'", environment: { value } }).stdout;
new RefreshedView("tablero", { uniqueKey: ["tienda"], ${args} }, ${options});
`;

async function forget(project: ConsumerProject): Promise<void> {
  const { all } = await stateOf(project);
  for (const { urn } of all.filter(({ urn }) => urn.includes("matview:")).reverse())
    await mustRun(project, ["state", "delete", urn, "--yes"]);
}

async function jobs({ client }: TestDatabase): Promise<unknown[]> {
  const command = "split_part(command, E'\\n', 1) as command";
  return (await client.query(`select jobname, schedule, active, ${command} from cron.job order by jobname`)).rows;
}

async function identity({ client }: TestDatabase): Promise<unknown[]> {
  const { rows } = await client.query(
    `select c.oid, pg_relation_filenode(c.oid) as filenode, (select array_agg(jobid order by jobid) from cron.job) as jobs
     from pg_class c where c.oid = to_regclass('public.tablero')`,
  );
  return rows;
}

describe("the smallest program", () => {
  test("follows the conventions, and a job that an earlier one named keeps its name", async () => {
    await withWorld(SMALLEST, async (project, database) => {
      const command = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.tablero";
      const job = { jobname: "refresh-tablero", schedule: "*/5 * * * *", active: true, command };
      expect(await jobs(database)).toEqual([job]);
      expect((await database.client.query("select count(*)::int as n from public.tablero")).rows).toEqual([{ n: 7 }]);
      await mustConverge(project);
      // As the release before named it.
      const earlier = `refresh-${database.name}-public.tablero`;
      project.write("index.ts", program(`job: { name: "${earlier}" }, refresh: { keepRuns: "7d" }`));
      await mustRun(project, UP);
      const named = await jobs(database);
      expect(named).toMatchObject([{ jobname: earlier }, { jobname: `${earlier}_purge` }]);
      project.write("index.ts", program('refresh: { keepRuns: "7d" }'));
      await mustConverge(project);
      expect(await jobs(database)).toEqual(named);
      // A name that is given is taken.
      project.write("index.ts", program('job: { name: "refresca" }, refresh: { keepRuns: "7d" }'));
      await mustRun(project, UP);
      expect(await jobs(database)).toMatchObject([{ jobname: "refresca" }, { jobname: "refresca_purge" }]);
      await mustConverge(project);
    });
  });
});

describe("inputs", () => {
  test("that only the deploy knows are planned at deploy, and announce nothing that does not change", async () => {
    await withWorld(program('comment: later("uno")'), async (project, database) => {
      const before = await identity(database);
      project.write("index.ts", program('comment: later("dos")'));
      expect(await operations(project)).toEqual(["update later", "update tablero"]);
      expect(await mustRun(project, ["preview"])).toContain("planned at deploy: comment is not known before");
      await mustRun(project, UP);
      await mustConverge(project);

      const grant = '{ role: later("lector"), privileges: ["select"] }';
      project.write("index.ts", program(`comment: "dos", grants: [${grant}]`));
      expect(await operations(project)).toEqual(["update later", "update tablero"]);
      await mustRun(project, UP);
      const rest = 'comment: "dos", grants: [{ role: "lector", privileges: ["select"] }]';
      project.write("index.ts", program(`${rest}, job: { schedule: later("0 3 1 1 *") }`));
      expect(await operations(project)).toEqual(["update later", "update tablero-refresh"]);
      await mustRun(project, UP);
      expect(await jobs(database)).toMatchObject([{ jobname: "refresh-tablero", schedule: "0 3 1 1 *" }]);
      expect(await identity(database)).toEqual(before);
      await mustConverge(project);
    });
  });

  test("that are secrets stay so, in state, previews, plans and errors", async () => {
    await withWorld(program('comment: pulumi.secret("clave-uno")'), async (project, database) => {
      const shown = [await mustRun(project, ["stack", "export"])];
      project.write("index.ts", program('comment: pulumi.secret("clave-dos"), job: { schedule: "0 4 1 1 *" }'));
      shown.push(await mustRun(project, ["preview", "--diff"]), await mustRun(project, ["preview", "--json"]));
      const plan = await project.matview(["plan", "--stack", "prod", "--data"]);
      expect(plan.stdout).toMatch(/materialized view public\.tablero: planned at deploy: comment is a secret/);
      expect(plan.stdout).toContain(
        "the rows of public.tablero are not compared: its declaration has a secret, or a value that",
      );
      const json = (await project.matview(["plan", "--stack", "prod", "--json"])).stdout;
      project.write("plan.json", json);
      shown.push(plan.stdout, json);
      // The deploy of that very plan is the deploy.
      const up = await project.pulumi(UP, { MATVIEW_PLAN: join(project.directory, "plan.json") });
      expect(up.code === 0 ? "" : up.stdout + up.stderr).toBe("");
      shown.push(up.stdout, await mustRun(project, ["stack", "export"]));
      await mustConverge(project);
      // What somebody wrote in its place was a secret as well, and of a definition nothing is shown that the server prints.
      await forget(project);
      const text = "select tienda, count(*) + length('clave-cuatro') as n from public.ventas group by tienda";
      const secrets = `comment: pulumi.secret("clave-dos"), definition: pulumi.secret("${text}")`;
      project.write("index.ts", program(`${secrets}, job: { schedule: "0 4 1 1 *" }`));
      await database.client.query("comment on materialized view public.tablero is 'clave-tres'");
      for (const args of [["preview"], UP]) {
        const { stdout, stderr } = await project.pulumi(args);
        expect((stdout + stderr).replaceAll("\\", "")).toContain('comment: declared "[secret]", found "[secret]"');
        expect(stdout + stderr).toContain("definition is a secret, and another one than found");
        shown.push(stdout, stderr);
      }
      // Nor is it told when it goes.
      project.write("index.ts", program('job: { schedule: "0 4 1 1 *" }'));
      shown.push(await mustRun(project, ["preview"]), await mustRun(project, UP));
      expect(shown.join("\n")).not.toMatch(/clave-/);
    });
  });

  test("that contradict each other are told with the resource and the argument", async () => {
    await withWorld(SMALLEST, async (project) => {
      const cases = [
        ['refresh: { minAge: "2m" }', /RefreshedView tablero: refresh\.minAge is measured by the view's stamp/],
        [
          'refresh: { maxAge: "5m" }, job: { schedule: "0 * * * *" }',
          /RefreshedView tablero: refresh\.maxAge and job\.schedule contradict/,
        ],
        [
          'dependants: "recreate", job: { statmentTimeout: "5s" }',
          /RefreshedView tablero: 2 problems\s+- dependants is no argument; did you mean dependents\?\s+- job\.statmentTimeout is no argument; did you mean refresh\.statementTimeout\?/,
        ],
        [
          'onDrift: { shedule: "warn" }',
          /RefreshedView tablero: 1 problem\s+- onDrift\.shedule is no property of view, index or job; did you mean onDrift\.schedule\?/,
        ],
        [
          'spotChecks: [{ name: "todas", expceted: pulumi.output(7) }]',
          /RefreshedView tablero: .*\s+- spotChecks\.0: expceted is no property; did you mean expected\?/,
        ],
        [
          'job: { schedule: pulumi.secret("clave uno") }',
          /RefreshedView tablero: job\.schedule: schedule \\?"\[secret\]\\?": it has 2 of/,
        ],
        ['grants: [{ rol: "lector", privileges: ["select"] }]', /rol is no property; did you mean role\?/],
        ['name: "otro"', /RefreshedView tablero: materialized view otro has no definition in sql\/views\/otro\.sql/],
      ] as const;
      for (const [args, message] of cases) {
        project.write("index.ts", program(args));
        const { code, stdout, stderr } = await project.pulumi(["preview"]);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toMatch(message);
        expect(stdout + stderr).not.toMatch(/clave/);
      }
    });
  });
});

const NIGHTLY = 'comment: "x", job: { schedule: "0 4 1 1 *" }';

describe("options of Pulumi's", () => {
  test("adopt is no change; state delete, targets and plans do what they say", async () => {
    await withWorld(SMALLEST, async (project, database) => {
      const before = await identity(database);
      project.write("index.ts", program("adopt: true"));
      await mustRun(project, ["preview", "--expect-no-changes"]);
      // Taken over, nothing is run; and then the wish is taken back.
      await forget(project);
      await mustRun(project, UP);
      expect(await identity(database)).toEqual(before);
      project.write("index.ts", SMALLEST);
      await mustConverge(project);

      const job = (await stateOf(project)).ours.find((urn) => urn.endsWith("RefreshJob::tablero-refresh")) ?? "";
      project.write("index.ts", program(NIGHTLY));
      expect(await operations(project, ["preview", "--target", job])).toEqual(["update tablero-refresh"]);
      expect(await operations(project, ["preview", "--exclude", job])).toEqual(["update tablero"]);
      await mustRun(project, ["preview", "--save-plan", "plan.out"]);
      await mustRun(project, [...UP, "--plan", "plan.out"]);
      expect(await jobs(database)).toMatchObject([{ schedule: "0 4 1 1 *" }]);
      expect(await identity(database)).toEqual(before);
      await mustConverge(project);
    });
  });

  test("transforms, ignoreChanges, protect, retainOnDelete, and a stack's rename do what they say", async () => {
    await withWorld(program(NIGHTLY), async (project, database) => {
      const before = await identity(database);
      const transformed = (options: string, type = "") =>
        `transforms: [({ type, props, opts }) => type.includes("${type}") ? { props, opts: pulumi.mergeOptions(opts, ${options}) } : undefined]`;
      const ignoring = `{ protect: true, ${transformed('{ ignoreChanges: ["schedule"] }', ":RefreshJob")} }`;
      project.write("index.ts", program('comment: "x", job: { schedule: "0 5 1 1 *" }', ignoring));
      await mustRun(project, UP);
      expect(await jobs(database)).toMatchObject([{ schedule: "0 4 1 1 *" }]);
      await mustConverge(project);
      expect((await project.pulumi(["destroy", "--yes"])).code).not.toBe(0);
      expect(await identity(database)).toEqual(before);

      // The objects stay, and the next up finds its own.
      project.write("index.ts", program(NIGHTLY, `{ ${transformed("{ retainOnDelete: true }")} }`));
      await mustRun(project, UP);
      await mustRun(project, ["destroy", "--yes"]);
      project.write("index.ts", program(NIGHTLY));
      await mustRun(project, UP);
      expect(await identity(database)).toEqual(before);

      await mustRun(project, ["stack", "rename", "norte"]);
      const renamed = (args: readonly string[]) => mustRun(project, [...args, "--stack", "norte"]);
      await renamed(["preview", "--expect-no-changes"]);
      project.write("index.ts", program('comment: "y", job: { schedule: "0 4 1 1 *" }'));
      await renamed(UP);
      expect(await identity(database)).toEqual(before);
      await renamed(["destroy", "--yes"]);
      expect(await identity(database)).toEqual([]);
    });
  });

  test("two stacks share a database in two schemas", async () => {
    await withWorld(SMALLEST, async (project, database) => {
      const definition = 'definition: "select tienda, count(*) as n from public.ventas group by tienda"';
      await withProject(
        program(`schema: "informes", ${definition}`),
        { MATVIEW_DATABASE_URL: database.url },
        async (second) => {
          await mustRun(second, UP);
          const [first, other] = [{ jobname: "refresh-tablero" }, { jobname: "refresh-informes.tablero" }];
          expect(await jobs(database)).toMatchObject([other, first]);
          await mustConverge(second);
          await mustRun(second, ["destroy", "--yes"]);
          expect(await jobs(database)).toMatchObject([first]);
          await mustConverge(project);
        },
        { name: "ventas", stack: "sur" },
      );
    });
  });
});
