import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withProgram } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

/** A view, and one that reads it. */
function program(base: string, over: string, name = "mv_base"): string {
  const view = (resource: string, called: string, definition: string, dependsOn: string): string =>
    `const ${resource} = new RefreshedView("${resource}", {
  schema: "public", name: "${called}", definition: ${JSON.stringify(definition)}, uniqueKey: ["id"],
  job: { schedule: "0 3 1 1 *" }, allowColumnChanges: true,
}, { dependsOn: [${dependsOn}] });
`;
  return `import { RefreshedView } from "pulumi-matview";
${view("base", name, base, "")}${view("sobre", "mv_sobre", over, "base")}`;
}

const BASE = "select id, tienda from public.ventas";
const OVER = "select id from public.mv_base";

/** What the plan says, and the deploy of just that plan. */
async function planned(project: ConsumerProject, text: string): Promise<{ code: number; stdout: string }> {
  project.write("index.ts", text);
  const { code, stdout } = await project.matview(["plan", "--stack", "prod", "--json"]);
  writeFileSync(join(project.directory, "plan.json"), stdout);
  return { code, stdout };
}

const PLANNED = { MATVIEW_PLAN: "plan.json" };
const LATER = "planned at deploy: the definition reads what this deploy changes before";

test("a view and one that reads it change together, and the plan knows what the one will find", async () => {
  await withProgram({ text: program(BASE, OVER) }, async (project) => {
    await mustRun(project, UP);

    // A column more, and its reader.
    const more = "select id, tienda, id * 2 as doble from public.ventas";
    for (const over of ["select id, doble from public.mv_base", "select id, doble + 1 as mas from mv_base b"]) {
      const plan = await planned(project, program(over.includes("mas") ? `${more} where id > 0` : more, over));
      expect(plan.code).toBe(0);
      const waits = over.includes("mas") ? [] : [LATER];
      expect(plan.stdout.match(new RegExp(LATER, "g")) ?? []).toEqual(waits);
      await mustRun(project, UP, PLANNED);
      await mustConverge(project);
    }

    // What will not be there either.
    const wrong = await planned(project, program(`${more} where id > 1`, "select id, triple from public.mv_base"));
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/column \\"triple\\" does not exist/);
    expect(wrong.stdout).not.toMatch(LATER);

    // Renamed, and read by its new name.
    const renamed = await planned(
      project,
      program(`${more} where id > 0`, "select id, doble from public.mv_nueva", "mv_nueva"),
    );
    expect([renamed.code, renamed.stdout.includes(LATER)]).toEqual([0, true]);
    await mustRun(project, UP, PLANNED);
    await mustConverge(project);
  });
});

test("a column goes with its last reader in two deploys, and the plan says in which order", async () => {
  const [read, unread] = ["select id, tienda from public.mv_base", "select id, 1 as uno from public.mv_base"];
  await withProgram({ text: program(BASE, read) }, async (project) => {
    await mustRun(project, UP);
    const narrow = "select id from public.ventas";
    const plan = await planned(project, program(narrow, unread));
    expect(plan.code).toBe(1);
    expect(plan.stdout).toMatch(/first deploy a change of public\.mv_sobre that does without/);
    for (const base of [BASE, narrow]) {
      expect((await planned(project, program(base, unread))).code).toBe(0);
      await mustRun(project, UP, PLANNED);
      await mustConverge(project);
    }
  });
});

test("an index goes along with a view that is renamed or moved, and the plan says no more than that", async () => {
  await withProgram({ text: program(BASE, OVER) }, async (project, { client }) => {
    await mustRun(project, UP);
    const alone = (name: string, schema = "public"): string =>
      program(BASE, "select id from public.ventas", name).replace('schema: "public"', `schema: "${schema}"`);
    project.write("index.ts", alone("mv_base"));
    await mustRun(project, UP);
    const oid = async (index: string): Promise<unknown> =>
      (await client.query("select to_regclass($1)::oid as oid", [index])).rows[0];
    const before = await oid("public.mv_base_id_idx");
    for (const [text, steps] of [
      [alone("mv_nueva"), ["rename public.mv_nueva", "rename public.mv_nueva_id_idx"]],
      [alone("mv_nueva", "informes"), ["rename informes.mv_nueva"]],
    ] as const) {
      const { stdout } = await planned(project, text);
      const { resources } = JSON.parse(stdout) as { resources: { steps: { action: string; target: string }[] }[] };
      const found = resources.flatMap((one) => one.steps.map(({ action, target }) => `${action} ${target}`));
      expect(found.filter((step) => !/ job /.test(step))).toEqual(steps);
      await mustRun(project, UP, PLANNED);
      await mustConverge(project);
    }
    expect(await oid("informes.mv_nueva_id_idx")).toEqual(before);
  });
});
