import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import type { Client } from "pg";
import { splitCommand } from "../../kinds/claim.ts";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { dump } from "../support/dump.ts";
import { mustConverge, mustRun } from "../support/pulumi.ts";
import { run } from "../support/viewChange.ts";

jest.setTimeout(300_000);

interface World {
  readonly what: string;
  readonly sql: readonly string[];
  /** Name, schedule, command, and whether it is active. */
  readonly jobs?: readonly (readonly [name: string, schedule: string, command: string, isActive?: false])[];
  readonly options?: readonly string[];
  /** The team's files. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the program says, each word for word. */
  readonly program: readonly string[];
  /** What the first preview says that the deploy changes, where that is not nothing; and the job's command then. */
  readonly announces?: RegExp;
  readonly command?: string;
}

const MV = "create materialized view public.mv as select id, nombre from public.ejecutivos";
const KEY = "create unique index mv_id_idx on public.mv (id)";
const REFRESH = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv";

const WORLDS: readonly World[] = [
  {
    what: "as the conventions have it",
    sql: [MV, KEY],
    jobs: [["refresh-DB-public.mv", "*/5 * * * *", REFRESH]],
    program: ['const mv = new RefreshedView("mv", { uniqueKey: ["id"] });', "export const views = [mv.declaration];"],
  },
  {
    what: "of a named connection, a view with two jobs",
    sql: [MV, KEY],
    jobs: [
      ["uno", "*/5 * * * *", REFRESH],
      ["dos", "0 3 * * *", REFRESH],
    ],
    options: ["--database", "ventas"],
    program: [
      'keyIndex: "mv_id_idx",\n  connection: { name: "ventas", cronDatabase: "postgres" },\n});',
      'unique: true,\n  columns: ["id"],\n  connection: { name: "ventas", cronDatabase: "postgres" },\n}',
      'schedule: "0 3 * * *"',
    ],
  },
  {
    what: "a head column list, expression, partial and covering indexes",
    sql: [
      'create materialized view public.mv (clave, "El Nombre") as select id, nombre from public.ejecutivos',
      'create unique index clave_unica on public.mv (clave desc) include ("El Nombre")',
      'create index i_lower on public.mv (lower("El Nombre")) where clave > 3',
      "alter index public.i_lower alter column 1 set statistics 300",
      "create index i_gin on public.mv using gin (to_tsvector('simple', \"El Nombre\")) with (fastupdate = off)",
    ],
    jobs: [["otra", "0 * * * *", REFRESH, false]],
    program: [
      'indexName: "clave_unica"',
      'keyIndex: { sql: "using btree (clave DESC) INCLUDE (\\"El Nombre\\")" }',
      "statistics: [{ part: 1, target: 300 }]",
      'job: { name: "otra", schedule: "0 * * * *", active: false }',
    ],
  },
  {
    what: "views on views, the alphabet the other way, in two schemas",
    sql: [
      "create schema informes",
      "create materialized view informes.z_base as select id, nombre from public.ejecutivos",
      "create unique index z_base_id_idx on informes.z_base (id)",
      "create materialized view public.a_medio as select id, upper(nombre) as nombre from informes.z_base",
      "create unique index a_medio_id_idx on public.a_medio (id)",
      "create materialized view informes.a_alto as select count(*) as n from public.a_medio",
    ],
    jobs: [
      ["j1", "*/5 * * * *", "REFRESH MATERIALIZED VIEW CONCURRENTLY informes.z_base"],
      ["j2", "*/5 * * * *", "REFRESH MATERIALIZED VIEW CONCURRENTLY public.a_medio"],
    ],
    program: [
      'definition: viewDefinition("z_base", "sql/views/informes")',
      'new MaterializedView("informes.a_alto", {',
      "{ dependsOn: [aMedio] }",
      "// No job refreshes it that this role sees.",
    ],
  },
  {
    what: "quoted names",
    sql: [
      'create schema "Año 26"',
      'create materialized view "Año 26"."Mi vista/2" as select id as "Clave ""única""" from public.ejecutivos',
      'create unique index "Índice" on "Año 26"."Mi vista/2" ("Clave ""única""")',
    ],
    jobs: [["El trabajo", "*/7 * * * *", 'REFRESH MATERIALIZED VIEW CONCURRENTLY "Año 26"."Mi vista/2"']],
    program: ['schema: "Año 26"', 'name: "Mi vista/2"', 'viewDefinition("Mi vista_2", "sql/views/Año 26")'],
  },
  {
    what: "storage parameters, a comment, grants, and what cannot be declared",
    sql: [
      "create materialized view public.mv with (fillfactor = 70, autovacuum_enabled = off) as select id, nombre from public.ejecutivos",
      KEY,
      "comment on materialized view public.mv is 'Dos\nlíneas'",
      "comment on column public.mv.id is 'clave'",
      "grant select on public.mv to public",
      "grant select, update on public.mv to ROLE",
      "grant select (id) on public.mv to ROLE",
      "create statistics public.mv_st on id, nombre from public.mv",
      "alter materialized view public.mv alter column nombre set statistics 200",
    ],
    jobs: [["refresh-DB-public.mv", "*/5 * * * *", REFRESH]],
    program: [
      'storageParameters: { fillfactor: "70", autovacuum_enabled: "off" }',
      'comment: "Dos\\nlíneas"',
      '{ role: "public", privileges: ["select"] }',
      "// - comment on column id",
      "// - statistics mv_st",
      "// - storage or statistics of column nombre",
    ],
  },
  {
    what: "no data yet, and no key",
    sql: ["create materialized view public.mv as select nombre from public.ejecutivos with no data"],
    program: ["// It has no data, and no job that fills it", '// const mv = new MaterializedView("mv"'],
  },
  {
    what: "a job with the view's bare name, in another layout",
    sql: [MV, KEY],
    jobs: [["a_mano", "*/10 * * * *", "refresh materialized view concurrently mv;"]],
    program: ['job: { name: "a_mano", schedule: "*/10 * * * *" }'],
    announces: /alter job a_mano: command/,
    command: REFRESH,
  },
  {
    what: "two jobs on one view, one of them of several statements",
    sql: [MV, KEY],
    jobs: [
      ["dia", "0 6-20 * * *", REFRESH],
      ["noche", "0 3 * * *", "set statement_timeout = 0; refresh materialized view public.mv"],
    ],
    program: ["// 2 jobs refresh it.", 'new RefreshJob("dia"', 'new RefreshJob("noche"'],
  },
  {
    what: "another owner",
    sql: [
      MV,
      KEY,
      "grant select on public.ejecutivos to ROLE",
      "grant create on schema public to ROLE",
      "alter materialized view public.mv owner to ROLE",
    ],
    program: ['owner: "ROLE"'],
  },
  {
    what: "the texts of a repository: a query, a CREATE statement, and one that says something else",
    sql: [
      MV,
      KEY,
      "create materialized view public.otra as select id from public.ejecutivos where id > 1",
      "create materialized view public.tercera as select id from public.ejecutivos",
    ],
    options: ["--definitions", "TEXTS"],
    files: {
      "mv.sql": "-- Los ejecutivos.\nselect ejecutivos.id,\n  nombre -- completo\nfrom ejecutivos",
      "vistas/public.otra.sql":
        "drop materialized view if exists otra;\ncreate materialized view if not exists otra AS\n  select id from ejecutivos where id > 1\nwith no data;\n",
      "tercera.sql": "select id + 1 as id from ejecutivos",
    },
    program: ["tercera.sql does not mean what the database has: the text is the server's."],
  },
  {
    what: "an invalid index and a key that no refresh takes",
    sql: [
      MV,
      "create unique index parcial on public.mv (id) where id > 0",
      KEY.replace("mv_id_idx", "roto"),
      "update pg_index set indisvalid = false where indexrelid = 'public.roto'::regclass",
    ],
    jobs: [["plano", "*/5 * * * *", "REFRESH MATERIALIZED VIEW public.mv"]],
    program: ["// Index roto is invalid", 'sql: "using btree (id) WHERE (id > 0)"', 'job: { name: "plano" }'],
  },
];

async function jobs({ name, cronUrl }: TestDatabase): Promise<object[]> {
  return withClient(cronUrl, async (client: Client) => {
    const { rows } = await client.query<{ jobid: string; command: string }>(
      "select jobid, jobname, schedule, command, username, active from cron.job where database = $1 order by jobid",
      [name],
    );
    return rows.map((row) => ({ ...row, command: splitCommand(row.command).text }));
  });
}

async function make(database: TestDatabase, world: World, role: string): Promise<void> {
  const of = (text: string): string => text.replaceAll("ROLE", role).replaceAll("DB", database.name);
  await run(database, ...world.sql.map(of));
  await withClient(database.cronUrl, async (client: Client) => {
    for (const [name, schedule, command, isActive = true] of world.jobs ?? []) {
      const values = [of(name), schedule, of(command), database.name, isActive];
      await client.query("select cron.schedule_in_database($1, $2, $3, $4, null, $5)", values);
    }
  });
}

/** Without who manages what, which the deploy writes into the comments. */
function schemaOf({ url }: TestDatabase): string {
  return dump(url)
    .replace(/\n*pulumi-matview: \{[^\n]*\}(?=')/g, "")
    .replace(/\n--\n-- Name: [^\n]*; Type: COMMENT[^\n]*\n--\n\nCOMMENT ON [^;]* IS '';\n\n/g, "");
}

async function adopt(project: ConsumerProject, world: World, role: string): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), "matview-adopted-"));
  try {
    const texts = join(out, "texts");
    mkdirSync(texts);
    for (const [name, text] of Object.entries(world.files ?? {})) {
      mkdirSync(join(texts, name, ".."), { recursive: true });
      writeFileSync(join(texts, name), text);
    }
    const written = join(out, "vistas");
    const options = (world.options ?? []).map((option) => option.replace("TEXTS", texts));
    const done = await project.matview(["adopt", "--write", written, ...options]);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    cpSync(join(written, "index.ts"), join(project.directory, "index.ts"));
    cpSync(join(written, "sql"), join(project.directory, "sql"), { recursive: true });
    return readFileSync(join(written, "index.ts"), "utf8").replaceAll(role, "ROLE");
  } finally {
    rmSync(out, { recursive: true });
  }
}

test.each(WORLDS)("adopted as it is: $what", async (world) => {
  await withDatabase(async (database) => {
    const role = await database.createRole();
    await make(database, world, role);
    const [before, jobsBefore] = [schemaOf(database), await jobs(database)];
    const { url, server } = database;
    const env = Object.fromEntries(
      ["", "_VENTAS"].flatMap((name) => [
        [`MATVIEW_DATABASE_URL${name}`, url],
        [`MATVIEW_CRON_DATABASE${name}`, server.cronDatabase],
      ]),
    );
    await withProject("", env, async (project) => {
      const program = await adopt(project, world, role);
      for (const line of world.program) expect(program).toContain(line);
      const [preview = ""] = (await mustRun(project, ["up", "--yes"])).split("Updating (");
      expect(preview).not.toContain("refused");
      if (world.announces === undefined) expect(preview).not.toContain("risk:");
      else expect(preview).toMatch(world.announces);
      await mustConverge(project);
    });
    expect(schemaOf(database)).toEqual(before);
    const changed = world.command === undefined ? {} : { command: world.command };
    expect(await jobs(database)).toEqual(jobsBefore.map((job) => ({ ...job, ...changed })));
  });
});
