import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { withServer } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const program = (args: string): string => `import { RefreshedView, viewDefinition } from "pulumi-matview";
new RefreshedView("mv", {
  definition: viewDefinition("mv"),
  uniqueKey: ["id"],
  job: { schedule: "0 3 1 1 *" },
  ${args}
});
`;
const INDEXES = `indexes: [
    { name: "i_etiquetas", sql: "using gin (etiquetas)" },
    { columns: [{ expression: "lower(nombre)", operatorClass: "text_pattern_ops" }], where: "id > '3'" },
    { columns: ["nombre"], include: ["id"], storageParameters: { fillfactor: "70" } },
  ],`;
const KEY = 'keyIndex: { columns: [{ column: "id", order: "desc" }], include: ["nombre"] },';
const definition = (nombre: string, etiquetas = ", array[id] as etiquetas"): string =>
  `select id, ${nombre} as nombre${etiquetas} from public.ejecutivos`;

const OTHERS = [
  "CREATE INDEX i_etiquetas ON public.mv USING gin (etiquetas)",
  "CREATE INDEX mv_expr_idx ON public.mv USING btree (lower(nombre) text_pattern_ops) WHERE (id > '3'::bigint)",
  "CREATE INDEX mv_nombre_idx ON public.mv USING btree (nombre) INCLUDE (id) WITH (fillfactor='70')",
];
const PLAIN_KEY = "CREATE UNIQUE INDEX mv_id_idx ON public.mv USING btree (id) NULLS NOT DISTINCT";
const DESCENDING_KEY =
  "CREATE UNIQUE INDEX mv_id_idx ON public.mv USING btree (id DESC) INCLUDE (nombre) NULLS NOT DISTINCT";

test("any index of a view: deployed, kept by a swap, changed, healed, and gone with it", async () => {
  await withServer({}, async ({ client, url }) => {
    const indexes = async (): Promise<string[]> =>
      (
        await client.query<{ text: string }>(
          `select pg_get_indexdef(i.indexrelid) as text
           from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'public.mv'::regclass order by c.relname`,
        )
      ).rows.map(({ text }) => text);
    await withProject(program(INDEXES), { MATVIEW_DATABASE_URL: url }, async (project) => {
      project.write("sql/views/mv.sql", definition("nombre"));
      await mustRun(project, UP);
      expect(await indexes()).toEqual([OTHERS[0], OTHERS[1], PLAIN_KEY, OTHERS[2]]);
      await mustConverge(project);

      // A swap builds them with the view, the key in its new shape too.
      project.write("index.ts", program(INDEXES + KEY));
      project.write("sql/views/mv.sql", definition("upper(nombre)"));
      await mustRun(project, UP);
      expect(await indexes()).toEqual([OTHERS[0], OTHERS[1], DESCENDING_KEY, OTHERS[2]]);
      await mustConverge(project);
      expect((await project.matview(["refresh", "public.mv"])).code).toBe(0);

      // Somebody's other index under one's name is drift, named by its part, and healed.
      await client.query("drop index public.mv_nombre_idx");
      await client.query("create index mv_nombre_idx on public.mv (nombre desc) include (id) with (fillfactor = 70)");
      const drift = await project.matview(["drift", "--stack", "bench"]);
      expect(drift.stdout + drift.stderr).toMatch(/columns  │ nombre   │ nombre DESC/);
      await mustRun(project, [...UP, "--refresh"]);
      expect(await indexes()).toEqual([OTHERS[0], OTHERS[1], DESCENDING_KEY, OTHERS[2]]);
      await mustConverge(project);

      // A column that an index needs goes: told before anything runs; with the index it goes.
      project.write("sql/views/mv.sql", definition("upper(nombre)", ""));
      const withoutColumn = `${INDEXES}${KEY}allowColumnChanges: true,`;
      project.write("index.ts", program(withoutColumn));
      expect(await mustRun(project, ["preview"])).toContain(
        'index i_etiquetas is declared and cannot be built on the declared definition: column "etiquetas" does not exist',
      );
      project.write("index.ts", program(withoutColumn.replace(/\n.*i_etiquetas.*\n/, "\n")));
      await mustRun(project, UP);
      expect(await indexes()).toEqual([OTHERS[1], DESCENDING_KEY, OTHERS[2]]);
      await mustConverge(project);

      await mustRun(project, DESTROY);
      expect((await client.query("select to_regclass('public.mv') as view")).rows).toEqual([{ view: null }]);
    });
  });
});

test("a first preview tells of an index that cannot be built, cannot be read, or is no key for a concurrent refresh", async () => {
  await withServer({}, async ({ url }) => {
    const wrong = `keyIndex: { sql: "using btree (id) where id > 0" },
  indexes: [
    { name: "i_mal", sql: "using gin (id)" },
    { name: "i_roto", sql: "using btree (nombre where" },
  ],`;
    await withProject(program(wrong), { MATVIEW_DATABASE_URL: url }, async (project) => {
      project.write("sql/views/mv.sql", definition("nombre"));
      const broken = await mustRun(project, ["preview"]);
      expect(broken).toContain("index i_roto: the index cannot be read: line 1, column 21");
      project.write("index.ts", program(wrong.replace(/\n.*i_roto.*\n/, "\n")));
      const preview = await mustRun(project, ["preview"]);
      expect(preview).toContain("data type bigint has no default operator class for access method");
      expect(preview).toContain(
        "Create a unique index with no WHERE clause on one or more columns of the materialized view",
      );
    });
  });
});
