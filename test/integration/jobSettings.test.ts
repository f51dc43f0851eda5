import { expect, jest, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { checkoutVariables } from "../../scripts/checkoutVariables.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { runMatview } from "../support/dashboard.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { cron, firstRun } from "../support/jobs.ts";
import { change, one, run } from "../support/viewChange.ts";

// A run of pg_cron's own comes once a minute; all variants wait for the same minute.
jest.setTimeout(300_000);

const VIEW = "public.mv";
const isSince17 = Number(checkoutVariables.MATVIEW_POSTGRES_VERSION ?? 15) >= 17;

/** Every setting with a value for each place where it is set. */
const SETTINGS: Readonly<Record<string, readonly [string, string, string]>> = {
  TimeZone: ["America/Mexico_City", "Asia/Tokyo", "Asia/Kathmandu"],
  DateStyle: ["German, DMY", "SQL, MDY", "Postgres, DMY"],
  IntervalStyle: ["iso_8601", "sql_standard", "postgres_verbose"],
  search_path: ['"otra", public', "otra, pg_catalog", '"$user", otra'],
  default_text_search_config: ["pg_catalog.spanish", "pg_catalog.german", "pg_catalog.english"],
  extra_float_digits: ["-5", "-10", "3"],
  bytea_output: ["escape", "hex", "escape"],
  lc_numeric: ["C.UTF-8", "C", "POSIX"],
  lc_monetary: ["POSIX", "C.UTF-8", "C"],
  "app.tenant": ["uno 'a'", "dos", 'tres "b"'],
};
const PLACES = ["database", "role", "role in database"] as const;
type Place = (typeof PLACES)[number];

/** What shows settings: casts, built-in functions, and, where a refresh may, a function that looks a name up. */
const DEFINITION = `
  select r.id, r.t::text as instante, r.t::date::text as dia, date_trunc('day', r.t)::text as inicio, r.i::text as duracion,
         r.x::text as numero, r.b::text as octetos, to_char(r.m, 'L9G999D99') as importe, r.m::numeric::money::text as dinero,
         to_tsvector('corriendo running laufend')::text as palabras, coalesce(current_setting('app.tenant', true), 'none') as tenant,
         (select string_agg(s.setting, ' ' order by s.name) from pg_settings s where s.name in ('search_path', 'lc_numeric', 'lc_monetary')) as ajustes,
         public.texto(r.id) as texto
  from public.msj r`;

async function prepare(database: TestDatabase, owner: string): Promise<void> {
  await run(
    database,
    "create table public.msj (id int, t timestamptz, i interval, x float8, b bytea, m numeric)",
    "insert into public.msj values (1, '2026-01-02 01:30+00', '-1 day 02:03:04', 1.0/3, '\\x00ff61', 1234.5), (2, '2026-06-30 23:59+00', '1 mon', 2e-7, 'a', -7)",
    "create schema otra",
    "create table otra.doc (id int, texto text)",
    "insert into otra.doc values (1, 'otra 1'), (2, 'otra 2')",
    "create table public.doc (id int, texto text)",
    "insert into public.doc values (1, 'public 1'), (2, 'public 2')",
    `create function public.texto(i int) returns text language sql stable ${isSince17 ? "set search_path = public" : ""} as 'select texto from doc where id = i'`,
    `grant usage, create on schema public, otra to ${owner}`,
    `grant select on all tables in schema public, otra to ${owner}`,
  );
}

function place(where: Place, database: TestDatabase, role: string): string {
  if (where === "database") return `database ${database.name}`;
  return where === "role" ? `role ${role}` : `role ${role} in database ${database.name}`;
}

async function setAll(database: TestDatabase, role: string, places: readonly Place[], except = ""): Promise<void> {
  for (const where of places) {
    for (const [name, values] of Object.entries(SETTINGS)) {
      if (name === except) continue;
      const value = values[PLACES.indexOf(where)] ?? "";
      const literal = name === "search_path" ? value : `'${value.replaceAll("'", "''")}'`;
      await run(database, `alter ${place(where, database, role)} set ${name} = ${literal}`);
    }
  }
}

/** The rows as texts, the same for whoever reads them. */
async function rows(database: TestDatabase): Promise<unknown> {
  return one(database, `select jsonb_agg(to_jsonb(v) - 'mas' order by id) from ${VIEW} v`);
}

/** Has pg_cron refresh the view as its owner, once. */
async function runJob(database: TestDatabase, owner: string): Promise<void> {
  const job = uniqueName("job");
  await cron(database, "select cron.schedule_in_database($1, '* * * * *', $2, $3, $4)", [
    job,
    `refresh materialized view concurrently ${VIEW}`,
    database.name,
    owner,
  ]);
  const done = await firstRun(database, job);
  await cron(database, "select cron.unschedule(jobid) from cron.job where jobname = $1", [job]);
  expect(done).toMatchObject({ status: "succeeded", return_message: "REFRESH MATERIALIZED VIEW" });
}

interface Variant {
  readonly places: readonly Place[];
  /** Who deploys. Default: the superuser. */
  readonly deployer?: "member" | "hostile member" | "hostile superuser";
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  nowhere: { places: [] },
  database: { places: ["database"] },
  role: { places: ["role"] },
  "role in database": { places: ["role in database"] },
  everywhere: { places: PLACES },
  "everywhere, deployed by a member of the owner": { places: PLACES, deployer: "member" },
  "database, deployed by a member with settings of its own": { places: ["database"], deployer: "hostile member" },
  "nowhere, deployed by a member with settings of its own": { places: [], deployer: "hostile member" },
  "nowhere, deployed by a superuser with settings of its own": { places: [], deployer: "hostile superuser" },
  "role, deployed by a superuser with settings of its own": { places: ["role"], deployer: "hostile superuser" },
};

async function deployerOf(database: TestDatabase, owner: string, kind: Variant["deployer"]): Promise<string> {
  if (kind === undefined) return "postgres";
  const role = await database.createRole(
    kind === "hostile superuser" ? { attributes: "login superuser" } : { prefix: "deployer" },
  );
  await run(database, `grant ${owner} to ${role}`, `grant create on schema public to ${role}`);
  await run(database, `grant select on all tables in schema public, otra to ${role}`);
  // That an application's own setting cannot be taken away is told, and tested by itself.
  if (kind !== "member") await setAll(database, role, ["role", "role in database"], "app.tenant");
  return role;
}

/** Rows after each way of computing them, by its name. */
async function computed(database: TestDatabase, { places, deployer: kind }: Variant): Promise<Record<string, unknown>> {
  const owner = await database.createRole({ prefix: "owner" });
  await prepare(database, owner);
  await setAll(database, owner, places);
  const deployer = await deployerOf(database, owner, kind);
  const url = database.server.url(database.name, deployer);
  const desired: DesiredView = { schema: "public", name: "mv", definition: DEFINITION, uniqueKey: ["id"], owner };
  const matview = async (...words: string[]): Promise<void> => {
    const { code, stdout, stderr } = await runMatview(words, url);
    // Who may not read the server's files takes defaults, and says so; here they are what the server has.
    const said = kind === "hostile member" ? stderr.replace(/^.* which hides what the server has: .*\n/m, "") : stderr;
    expect({ words, code, said, stdout }).toMatchObject({ code: 0, said: "" });
  };

  await change(database, desired, undefined, deployer);
  await matview("refresh", "--if-unpopulated", VIEW);
  const first = await rows(database);
  await run(database, `create unique index mv_id_idx on ${VIEW} (id)`);
  const live = ["instante", "dia", "texto", "octetos", "tenant", "ajustes"].flatMap((column) => [
    "--spot-check",
    `${column}:live`,
  ]);
  const verified = await runMatview(["verify", VIEW, "--json", ...live], url);
  const checks = (JSON.parse(verified.stdout) as { checks: { name: string; verdict: string; found: string }[] }[])[0]
    ?.checks;
  expect(checks?.find(({ name }) => name === "spot checks")).toMatchObject({ verdict: "pass" });

  const changed = {
    ...desired,
    keyIndex: "mv_id_idx",
    definition: DEFINITION.replace("select r.id", "select r.id, 1 as mas"),
  };
  // The column comes last where it is new; rows are compared without it.
  const swapped = await change(database, changed, desired, deployer);
  expect(swapped.rest).toEqual({ steps: [], differences: [] });
  expect(swapped.applied.steps.map(({ action }) => action)).toEqual(["swap"]);
  const swap = await rows(database);
  await matview("refresh", VIEW);
  const refresh = await rows(database);
  await runJob(database, owner);
  const job = await rows(database);
  const login = await withClient(
    database.server.url(database.name, owner),
    async (client) =>
      (await client.query(`select jsonb_agg(to_jsonb(v) order by id) as rows from (${DEFINITION}) v`)).rows[0],
  );
  return { first, swap, refresh, job, ...(isSince17 ? {} : { login: (login as { rows: unknown }).rows }) };
}

test("a view has the same rows, whoever computes them and wherever settings are set", async () => {
  const settled = await Promise.allSettled(
    Object.entries(VARIANTS).map(([name, variant]) =>
      withDatabase(async (database) => [name, await computed(database, variant)] as const, { template: "empty" }),
    ),
  );
  const all = settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  for (const [name, { job, ...others }] of all) {
    for (const [way, found] of Object.entries(others)) expect([name, way, found]).toEqual([name, way, job]);
  }
  const texts = new Map(all.map(([name, { job }]) => [name, JSON.stringify(job)]));
  expect(texts.get("database")).toContain("01.01.2026 19:30:00");
  expect(texts.get("role")).toContain("01/02/2026 10:30:00 JST");
  expect(texts.get("everywhere")).toContain("Fri 02 Jan 07:15:00 2026");
  expect(texts.get("everywhere")).toContain("tres");
  expect(texts.get("nowhere")).toContain("2026-01-02 01:30:00+00");
  if (!isSince17) expect(texts.get("database")).toContain("otra 1");
});
