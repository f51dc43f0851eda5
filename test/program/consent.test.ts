import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { withProgram } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const BASE = "select id, tienda from public.ventas";
const MORE = "select id, tienda, id * 2 as doble from public.ventas";

/** A view with a name that needs quotes, and one beside it. */
function program(definition: string, job = '{ schedule: "0 3 1 1 *" }', beside = "0 4 1 1 *"): string {
  return `import { RefreshedView } from "pulumi-matview";
new RefreshedView("ventas", { schema: "informes", name: "Mv, ventas", definition: "${definition}", uniqueKey: ["id"], job: ${job} });
new RefreshedView("otra", { schema: "public", name: "mv_otra", definition: "${BASE}", uniqueKey: ["id"],
  job: { schedule: "${beside}" } });
`;
}

const COLUMNS = 'columns:informes."Mv, ventas"';
const ALLOWED = { MATVIEW_ALLOW: COLUMNS };

test("what a program takes back is allowed for one deploy, and named in the refusal", async () => {
  await withProgram({ text: program(BASE) }, async (project, { client }) => {
    await mustRun(project, UP);
    project.write("index.ts", program(MORE));
    await mustRun(project, UP);

    project.write("index.ts", program(BASE, '{ schedule: "0 5 1 1 *", active: false }'));
    const refused = await mustRun(project, ["preview"]);
    expect(refused).toContain(`refused: column doble is not in the declared definition`);
    expect(refused).toContain(`or for this deploy alone, set MATVIEW_ALLOW='${COLUMNS}'`);
    const job = async (): Promise<unknown> =>
      (await client.query("select schedule, active from cron.job where jobname ~ 'ventas'")).rows;
    const before = [{ schedule: "0 3 1 1 *", active: true }];
    expect((await project.pulumi(UP)).code).not.toBe(0);
    expect(await job()).toEqual(before);

    // The job alone, while its view is refused.
    await mustRun(project, [...UP, "--target", "**ventas-refresh"]);
    expect(await job()).toEqual([{ schedule: "0 5 1 1 *", active: false }]);

    // Another view's word allows nothing here, and what it is not is told.
    const other = await project.pulumi(UP, { MATVIEW_ALLOW: "columns:public.mv_otra, rows:public.mv_otra" });
    expect(other.code).not.toBe(0);
    for (const [allow, said] of [
      ["column:public.mv_otra", "column is no word of MATVIEW_ALLOW; did you mean columns?"],
      ["columns", "MATVIEW_ALLOW must name a view, such as columns:public.mv"],
    ] as const) {
      const { code, stdout } = await project.pulumi(["preview"], { MATVIEW_ALLOW: allow });
      expect([code !== 0, stdout.includes(said)]).toEqual([true, true]);
    }

    expect(await mustRun(project, ["preview"], ALLOWED)).toContain("allowed in this deploy alone: columns");
    await mustRun(project, UP, ALLOWED);
    await mustConverge(project);
    expect(JSON.stringify(await project.pulumi(["stack", "export"]))).not.toContain("allowColumnChanges");
  });
});

test("a plan carries what was allowed when it was made, and its deploy allows no more", async () => {
  await withProgram({ text: program(MORE) }, async (project, { client }) => {
    await mustRun(project, UP);
    project.write("index.ts", program(`${BASE} where id < 9`));
    const plan = async (...allow: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
      const words = allow.flatMap((one) => ["--allow", one]);
      const made = await project.matview(["plan", "--stack", "prod", "--json", ...words]);
      writeFileSync(join(project.directory, "plan.json"), made.stdout);
      return made;
    };
    const PLANNED = { MATVIEW_PLAN: "plan.json" };
    expect((await plan()).code).toBe(1);
    const typo = await plan('columns:informes."Mv, venta"');
    expect([typo.code, typo.stderr]).toEqual([
      1,
      `matview plan: MATVIEW_ALLOW or --allow: informes."Mv, venta" is no view of this stack; did you mean informes."Mv, ventas"?\n`,
    ]);

    // The rows are looked at by the deploy, and say their own word.
    expect((await plan(COLUMNS)).code).toBe(0);
    const few = await project.pulumi(UP, PLANNED);
    expect(few.stdout).toContain(`set MATVIEW_ALLOW='rows:informes."Mv, ventas"'`);
    const beside = await project.pulumi(UP, { ...PLANNED, MATVIEW_ALLOW: 'rows:informes."Mv, ventas"' });
    expect([beside.code === 0, beside.stdout.includes("which the plan plan.json was made without")]).toEqual([
      false,
      true,
    ]);

    await client.query('create view a_mano as select tienda from informes."Mv, ventas"');
    const alone = await plan(COLUMNS);
    expect(alone.stdout).toContain(`set MATVIEW_ALLOW='dependents:informes.`);
    const rest = ["rows", "dependents"].map((word) => COLUMNS.replace("columns", word));
    expect((await plan(COLUMNS, ...rest)).code).toBe(0);
    await mustRun(project, UP, PLANNED);
    await mustConverge(project);
    expect((await client.query("select count(*)::int as n from a_mano")).rows).toEqual([{ n: 8 }]);
  });
});

test("with --continue-on-error what does not stand on a refused view is deployed", async () => {
  await withProgram({ text: program(MORE) }, async (project, { client }) => {
    await mustRun(project, UP);
    project.write("index.ts", program(BASE, undefined, "0 6 1 1 *"));
    expect((await project.pulumi([...UP, "--continue-on-error"])).code).not.toBe(0);
    const { rows } = await client.query("select schedule from cron.job where jobname ~ 'otra'");
    expect(rows).toEqual([{ schedule: "0 6 1 1 *" }]);
    await mustRun(project, UP, ALLOWED);
    await mustConverge(project);
  });
});

test("a view that is renamed in the same deploy is allowed by the name that the refusal says", async () => {
  await withProgram({ text: program(MORE) }, async (project) => {
    await mustRun(project, UP);
    project.write("index.ts", program(`${BASE} where id < 9`).replace('"Mv, ventas"', '"mv_nueva"'));
    const allow: string[] = [];
    for (const word of ["columns", "rows"]) {
      const { code, stdout } = await project.pulumi(UP, { MATVIEW_ALLOW: allow.join(",") });
      expect(code).not.toBe(0);
      allow.push(
        new RegExp(`MATVIEW_ALLOW='?(${word}:informes\\.(mv_nueva|"Mv, ventas"))`).exec(stdout)?.[1] ?? stdout,
      );
    }
    expect((await project.matview(["plan", "--stack", "prod", ...allow.flatMap((one) => ["--allow", one])])).code).toBe(
      0,
    );
    await mustRun(project, UP, { MATVIEW_ALLOW: allow.join(",") });
    await mustConverge(project);
  });
});

test("what is expected of the rows is proved by the deploy, for ever or for one, and carried by a plan", async () => {
  await withProgram({ text: program(MORE) }, async (project, { client }) => {
    await mustRun(project, UP);
    const other = MORE.replace("* 2", "* 3");
    project.write("index.ts", program(other).replace("uniqueKey", 'change: { rows: "same" }, uniqueKey'));
    expect(await mustRun(project, ["preview"])).toContain(
      "refused unless the edit is proved to do no more than this: no row goes, comes or changes",
    );
    const { stdout } = await project.pulumi(UP);
    expect(stdout).toMatch(/the new rows are not what change expects: \d+ of \d+ rows change, where none may\./);
    const kept = 'select bool_and(doble = id * 2) as "isOld" from informes."Mv, ventas"';
    expect((await client.query(kept)).rows).toEqual([{ isOld: true }]);
    const expected = /MATVIEW_EXPECT='(\{[^']*\})'/.exec(stdout)?.[1] ?? "";
    expect(JSON.parse(expected)).toEqual({ 'informes."Mv, ventas"': { changed: ["doble"] } });

    const plan = async (...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
      const made = await project.matview(["plan", "--stack", "prod", "--json", ...words]);
      writeFileSync(join(project.directory, "plan.json"), made.stdout);
      return made;
    };
    // The figures say already what the deploy would.
    const refused = await plan("--data");
    expect(refused.code).toBe(1);
    const [figures] = (JSON.parse(refused.stdout) as { data: { expected: unknown }[] }).data;
    expect(figures?.expected).toMatchObject({ change: { rows: "same" }, is_met: false });
    const typo = await plan("--expect", '{"informes.mv":{"rows":"same"}}');
    expect([typo.code, typo.stderr]).toEqual([
      1,
      `matview plan: MATVIEW_EXPECT or --expect: informes.mv is no view of this stack; known are "Mv, ventas"\n`,
    ]);
    expect((await plan("--data", "--expect", expected)).code).toBe(0);
    const PLANNED = { MATVIEW_PLAN: "plan.json" };
    const more = await project.pulumi(UP, { ...PLANNED, MATVIEW_EXPECT: expected.replace("doble", "id") });
    expect([more.code === 0, more.stdout.includes("that the plan plan.json was made without")]).toEqual([false, true]);
    await mustRun(project, UP, PLANNED);
    await mustConverge(project);
    expect((await client.query(kept)).rows).toEqual([{ isOld: false }]);
    expect(await mustRun(project, ["preview"], { MATVIEW_EXPECT: expected })).not.toContain("expected in this deploy");
  });
});
