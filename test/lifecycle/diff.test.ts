import { describe, expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { DEFINITION, VIEW } from "../support/dashboard.ts";
import { withServer } from "../support/database.ts";
import { shared } from "../support/lent.ts";
import { missingLines, readPage } from "../support/pages.ts";
import { mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(240_000);

const STAGES =
  "select etapa, count(*)::integer as conversaciones, sum(mensajes_total)::integer as mensajes from mv_conversaciones_dashboard group by etapa";

const PROGRAM = `import { RefreshedView, viewDefinition } from "pulumi-matview";
const dashboard = new RefreshedView("dashboard", {
  name: "mv_conversaciones_dashboard", definition: viewDefinition("mv_conversaciones_dashboard"),
  uniqueKey: ["conversacion_id"], dependents: "recreate", job: { name: "refresca", schedule: "0 3 1 1 *" },
});
new RefreshedView("etapas", {
  name: "mv_etapas", definition: "${STAGES}", uniqueKey: ["etapa"], job: { name: "refresca-etapas", schedule: "0 3 1 1 *" },
}, { dependsOn: [dashboard] });
`;

describe("what a change does to the rows", () => {
  const project = shared<ConsumerProject>(
    (use) =>
      withServer({}, (database) =>
        withProject(PROGRAM, { MATVIEW_DATABASE_URL: database.url, NO_COLOR: "1" }, use, {
          stack: "dev",
        }),
      ),
    async (made) => {
      made.write("sql/views/mv_conversaciones_dashboard.sql", DEFINITION);
      await mustRun(made, UP);
    },
  );

  test("docs/row-changes.md judges an edit of the dashboard", async () => {
    const { script, seen } = readPage("row-changes", []);
    const { code, stdout, stderr } = await project().script(script);
    expect(code === 0 ? "" : `docs/row-changes.md ends with ${code}\n${stdout}\n${stderr}`).toBe("");
    // What nobody asked for is not told.
    expect(seen(stdout)[0]?.printed).not.toContain("Diego");
    for (const one of seen(stdout)) expect({ ...one, missing: missingLines(one) }).toEqual({ ...one, missing: [] });
  });

  test("as JSON, of the view and of those that read it", async () => {
    const { code, stdout, stderr } = await project().matview([
      "diff",
      VIEW,
      "--stack",
      "dev",
      "--json",
      "--sample",
      "50%",
    ]);
    expect(code === 0 ? "" : stderr).toBe("");
    const told = JSON.parse(stdout) as { rows: Record<string, number>; followed: { view: string }[] };
    expect(told).toMatchObject({
      ...{
        view: VIEW,
        change: "changed",
        key: ["conversacion_id"],
        dependents: ["materialized view public.mv_etapas"],
      },
      columns: { added: [], removed: [], retyped: [], changed: { etapa: expect.any(Number) } },
      sources: { added: [], removed: [], renamed: [] },
      ...{ limited: { by: "sample", share: 0.5 }, took_ms: expect.any(Number), served_age_seconds: expect.any(Number) },
    });
    expect(told.followed.map(({ view }) => view)).toEqual(["public.mv_etapas"]);
    expect(stdout).not.toMatch(/descartado|interesado/);
    const { before = 0, after = 0, gone = 0, changed = 0, same = 0 } = told.rows;
    expect([gone + changed + same, before - gone]).toEqual([before, after]);
  });
});
