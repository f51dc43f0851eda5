import { expect, jest, test } from "@jest/globals";
import { withProgram } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

/** Three views, each over the one before. */
function program(base: string, middle = "select id, tienda from public.mv_base where id < 400"): string {
  const view = (name: string, definition: string, key: string, over: string): string =>
    `const ${name} = new RefreshedView("${name}", {
  definition: ${JSON.stringify(definition)}, uniqueKey: ["${key}"], job: { schedule: "0 3 1 1 *" }, allowColumnChanges: true,
}, { dependsOn: [${over}] });
`;
  return `import { RefreshedView } from "pulumi-matview";
${view("mv_base", base, "id", "")}${view("mv_sobre", middle, "id", "mv_base")}${view("mv_cima", "select tienda, count(*) as n from public.mv_sobre group by tienda", "tienda", "mv_sobre")}`;
}

const BASE = "select id, tienda from public.ventas where id < 500";
const WIDER = "select id, tienda, id * 2 as doble from public.ventas where id < 500";

test("views over a view of the same program are made again with it, without a word of it, and one up converges", async () => {
  await withProgram({ text: program(BASE) }, async (project, { client }) => {
    await mustRun(project, UP);
    await mustConverge(project);
    const rows = async (): Promise<unknown> =>
      (
        await client.query(
          "select (select count(*)::int from mv_base) as base, (select count(*)::int from mv_sobre) as sobre, (select sum(n)::int from mv_cima) as cima",
        )
      ).rows[0];
    expect(await rows()).toEqual({ base: 499, sobre: 399, cima: 399 });

    project.write("index.ts", program(WIDER));
    expect(await operations(project)).toEqual(["update mv_base"]);
    await mustRun(project, UP);
    await mustConverge(project);

    // Base and dependent in the same up.
    const sameUp = program(BASE.replace("500", "450"), "select id, tienda from public.mv_base where id < 300");
    project.write("index.ts", sameUp);
    expect(await operations(project)).toEqual(["update mv_base", "update mv_sobre"]);
    await mustRun(project, UP);
    await mustConverge(project);
    expect(await rows()).toEqual({ base: 449, sobre: 299, cima: 299 });

    // What somebody made by hand is not.
    await client.query("create view a_mano as select tienda from mv_cima");
    project.write("index.ts", program(WIDER));
    const { code, stdout } = await project.pulumi(UP);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/set dependents: "recreate", or/);
    await client.query("drop view a_mano");
    await mustRun(project, UP);
    await mustConverge(project);
  });
});

test("a view made by hand over a base that changes is recreated and taken over in one up, and the preview says both", async () => {
  const sum = "select tienda, count(*) as n from public.mv_base group by tienda";
  const text = (base: string, over = ""): string => `import { RefreshedView } from "pulumi-matview";
const base = new RefreshedView("mv_base", {
  definition: "${base}", uniqueKey: ["id"], job: { schedule: "0 3 1 1 *" }, ${over === "" ? "" : 'dependents: "recreate",'}
});
${over}`;
  const over = `new RefreshedView("mv_sobre", {
  definition: "${sum}", uniqueKey: ["tienda"], job: { schedule: "0 3 1 1 *" },
}, { dependsOn: [base] });`;
  await withProgram({ text: text(BASE) }, async (project, { client }) => {
    await mustRun(project, UP);
    // One is filled by its first refresh, whoever made it.
    await client.query(`create materialized view mv_sobre as ${sum} with no data`);
    await client.query("create materialized view a_mano as select id from mv_base with no data");
    project.write("index.ts", text(`${BASE} and id > 9`, over));
    const preview = await mustRun(project, ["preview"]);
    expect(preview).toMatch(/swap public\.mv_base: [^]*with it: (rebuild public\.(a_mano|mv_sobre)[, ]*){2}/);
    expect(preview).toContain("recreated with public.mv_base, which this deploy changes before");
    expect(preview).toMatch(/AND (ventas\.)?id > 9\n {4}depends on it: materialized view public\.a_mano\n/);
    expect(preview).not.toContain("nothing is run");
    await mustRun(project, UP);
    await mustConverge(project);
    const { rows } = await client.query(
      "select sum(n)::int as n, (select relispopulated from pg_class where relname = 'a_mano') as a_mano from mv_sobre",
    );
    expect(rows).toEqual([{ n: 490, a_mano: false }]);
  });
});
