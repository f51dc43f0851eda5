import { describe, expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { until } from "../../scripts/database/until.ts";
import { DEFINITION, VIEW } from "../support/dashboard.ts";
import { withServer } from "../support/database.ts";
import { mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";
import { startReader } from "../support/viewChange.ts";

jest.setTimeout(300_000);

const FILE = "sql/views/mv_conversaciones_dashboard.sql";

const PROGRAM = `import { RefreshedView, viewDefinition } from "pulumi-matview";

new RefreshedView("dashboard", {
  schema: "public",
  name: "mv_conversaciones_dashboard",
  definition: viewDefinition("mv_conversaciones_dashboard"),
  uniqueKey: ["conversacion_id"],
  dependents: "recreate",
  rowCount: { min: 0.9, max: 1.1 },
  job: { name: "refresca", schedule: "* * * * *", active: true },
});
`;

const DEPENDENTS = [
  `create view public.por_etapa as select etapa, sum(mensajes_total) as mensajes from ${VIEW} group by etapa`,
  `create materialized view public.copia as select conversacion_id, mensajes_total from ${VIEW}`,
  "create unique index copia_idx on public.copia (conversacion_id)",
  "comment on materialized view public.copia is 'for the report'",
  `create index mv_etapa_idx on ${VIEW} (etapa)`,
  `comment on materialized view ${VIEW} is 'a mano'`,
  "create role tablero_lector",
  `grant select on ${VIEW}, public.por_etapa, public.copia to tablero_lector`,
];

const KEPT = `select has_table_privilege('tablero_lector', '${VIEW}', 'select')
    and has_table_privilege('tablero_lector', 'public.por_etapa', 'select')
    and has_table_privilege('tablero_lector', 'public.copia', 'select') as grants,
  split_part(obj_description('${VIEW}'::regclass), E'\\n', 1) as comment,
  obj_description('public.copia'::regclass) as "copiaComment",
  (select array_agg(indexrelid::regclass::text order by indexrelid::regclass::text) from pg_index
   where indrelid in ('${VIEW}'::regclass, 'public.copia'::regclass)) as indexes,
  (select min(mensajes_total) >= 1000 from ${VIEW}) as view,
  (select min(mensajes_total) >= 1000 from public.copia) as copia,
  (select min(mensajes) >= 1000 from public.por_etapa) as "porEtapa"`;

describe("a changed definition", () => {
  test("reaches readers through up: none waits for the build or fails, dependents and grants stay, the job runs on", async () => {
    await withServer({}, async (database) => {
      await withProject(PROGRAM, { MATVIEW_DATABASE_URL: database.url }, async (project) => {
        project.write(FILE, DEFINITION);
        const { client } = database;
        await mustRun(project, UP);
        for (const statement of DEPENDENTS) await client.query(statement);

        const text = DEFINITION.replace(
          "coalesce(mensajes.total, 0)::integer",
          "(coalesce(mensajes.total, 0) + 1000)::integer",
        );
        expect(text).not.toBe(DEFINITION);
        project.write(FILE, text);
        expect(await operations(project)).toEqual(["update dashboard"]);

        const readers = [
          await startReader(database.url, `select * from ${VIEW} limit 10`),
          await startReader(database.url, "select * from public.por_etapa"),
          await startReader(database.url, "select * from public.copia limit 10"),
        ];
        await mustRun(project, UP);
        const { rows: swapped } = await client.query<{ at: Date }>("select now() as at");
        for (const reader of readers) expect((await reader.stop()).failures).toEqual([]);

        expect((await client.query(KEPT)).rows).toEqual([
          {
            grants: true,
            comment: "a mano",
            copiaComment: "for the report",
            indexes: ["copia_idx", "mv_conversaciones_dashboard_conversacion_id_idx", "mv_etapa_idx"],
            view: true,
            copia: true,
            porEtapa: true,
          },
        ]);
        await mustConverge(project);

        const runs = (): Promise<{ rows: { status: string }[] }> =>
          client.query<{ status: string }>(
            "select status from cron.job_run_details where start_time > $1 and status in ('succeeded', 'failed')",
            [swapped[0]?.at],
          );
        await until(async () => (await runs()).rows.length > 0, {
          what: "the job to run",
          atMostMs: 90_000,
          everyMs: 500,
        });
        expect((await runs()).rows[0]).toEqual({ status: "succeeded" });
        const { rows } = await client.query(
          "select count(*)::int as failed from cron.job_run_details where status = 'failed'",
        );
        expect(rows).toEqual([{ failed: 0 }]);
      });
    });
  });
});
