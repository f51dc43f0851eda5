import { afterAll, beforeAll, describe, expect, test as plain } from "@jest/globals";
import pg from "pg";
import { compareDefinition } from "../../kinds/materializedView/definition/compareDefinition.ts";
import type { Verdict } from "../../kinds/materializedView/definition/compareDefinition.ts";
import { createSettings, sessionPrintSettings } from "../../kinds/materializedView/definition/definitionSettings.ts";
import { parseDefinition } from "../../kinds/materializedView/definition/parseDefinition.ts";
import { liveDefinitions, recordDefinition } from "../../kinds/materializedView/definition/recordedDefinition.ts";
import type { LiveDefinition } from "../../kinds/materializedView/definition/recordedDefinition.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { corpusTables, readCorpus } from "./definitions/readCorpus.ts";
import type { CorpusCase, Expectation } from "./definitions/readCorpus.ts";

const VIEW = { schema: "public", name: "vista" };

async function bare(text: string): Promise<string> {
  const parsed = await parseDefinition(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.definition.sql;
}

async function createView(client: pg.Client, { text, columns }: CorpusCase["live"]): Promise<void> {
  const list = columns === undefined ? "" : `(${columns.map((column) => pg.escapeIdentifier(column)).join(", ")})`;
  await client.query("begin");
  await client.query(createSettings());
  await client.query(`create materialized view public.vista ${list} as ${await bare(text)} with no data`);
  await client.query("commit");
}

async function compare(client: pg.Client, { text }: Expectation): Promise<Verdict> {
  return await compareDefinition(client, { ...VIEW, definition: await bare(text) });
}

async function liveView(client: pg.Client): Promise<LiveDefinition> {
  const { rows } = await client.query<{ oid: string }>("select 'public.vista'::regclass::oid::text as oid");
  const live = (await liveDefinitions(client, [rows[0]?.oid ?? ""])).get(rows[0]?.oid ?? "");
  if (live === undefined) throw new Error("the view is gone");
  return live;
}

function summary(verdict: Verdict): object {
  return verdict.outcome === "invalid"
    ? { outcome: verdict.outcome, code: verdict.code }
    : { outcome: verdict.outcome };
}

async function runCase({ client, url }: TestDatabase, corpusCase: CorpusCase): Promise<void> {
  await client.query(EMPTY_DATABASE);
  await client.query(corpusTables());
  await client.query(corpusCase.setup);
  await createView(client, corpusCase.live);
  const before = await withPrinting(url, liveView);
  await client.query(corpusCase.meanwhile);
  const after = await withPrinting(url, liveView);
  await withClient(url, async (comparing) => {
    await comparing.query(corpusCase.session);
    for (const { outcome, code, text } of corpusCase.expectations) {
      const verdict = await compare(comparing, { outcome, text });
      const expected = code === undefined ? { outcome } : { outcome, code };
      expect({ text, ...summary(verdict) }).toEqual({ text, ...expected });
      const skipped = recordDefinition(text, before, 15) === recordDefinition(text, after, 15);
      // A record is made when both sides are equal, so a different text tells of a record only what happened meanwhile.
      if (corpusCase.meanwhile === "") expect(skipped).toBe(true);
      else if (outcome !== "equal") expect({ text, skipped }).toEqual({ text, skipped: false });
    }
  });
}

const EMPTY_DATABASE = `
  do $$
  declare
    name text;
  begin
    for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
      execute format('drop schema %I cascade', name);
    end loop;
    create schema public;
  end
  $$`;

async function withPrinting<T>(url: string, action: (client: pg.Client) => Promise<T>): Promise<T> {
  return await withClient(url, async (client) => {
    await client.query(sessionPrintSettings());
    return await action(client);
  });
}

const FILES = ["normalised", "false_drift", "invalid", "seen", "missed", "real_size"];

const test = testsWith(withView);

describe.each(FILES)("the corpus of definitions, %s", (file) => {
  let database: TestDatabase;
  let release: () => void;
  let finished: Promise<void>;

  // One database a file: making one takes longer than all that a case does in it.
  beforeAll(async () => {
    await new Promise<void>((ready, fail) => {
      finished = withDatabase(
        async (opened) => {
          database = opened;
          const held = new Promise<void>((resolve) => (release = resolve));
          ready();
          await held;
        },
        { template: "empty" },
      );
      finished.catch(fail);
    });
  });
  afterAll(async () => {
    release();
    await finished;
  });

  const cases = readCorpus(file).map((corpusCase) => [corpusCase.title, corpusCase] as const);
  plain.each(cases)("%s", async (_title, corpusCase) => await runCase(database, corpusCase));
});

async function withView(action: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(
    async (database) => {
      await database.client.query(corpusTables());
      await createView(database.client, { text: "select id, nombre\nfrom prospectos" });
      await action(database);
    },
    { template: "empty" },
  );
}

async function refusal(client: pg.Client, text = "select id, nombre from prospectos"): Promise<string> {
  return await compare(client, { outcome: "equal", text }).then(
    () => "was compared",
    (error: Error) => error.message,
  );
}

test("a text that is no longer valid is reported with its place and PostgreSQL's words", async ({ client }) => {
  await client.query("alter table prospectos rename column nombre to nombre_completo");
  expect(await compare(client, { outcome: "invalid", text: "select id,\n  nombre\nfrom prospectos" })).toEqual({
    outcome: "invalid",
    code: "42703",
    problem: 'line 2, column 3: column "nombre" does not exist [42703]\n    nombre\n    ^',
  });
});

test("a change is reported as both sides print and as what only one of them depends on", async ({ client }) => {
  expect(await compare(client, { outcome: "different", text: "select id, telefono from prospectos" })).toEqual({
    outcome: "different",
    // PostgreSQL 16 and later name the table only where it is needed.
    live: expect.stringMatching(
      /^ SELECT (prospectos\.)?id,\n {4}(prospectos\.)?nombre\n {3}FROM public\.prospectos;$/,
    ),
    declared: expect.stringMatching(
      /^ SELECT (prospectos\.)?id,\n {4}(prospectos\.)?telefono\n {3}FROM public\.prospectos;$/,
    ),
    dependencies: {
      onlyLive: ["column nombre of table public.prospectos"],
      onlyDeclared: ["column telefono of table public.prospectos"],
    },
  });
});

test("a comparison needs no SELECT on the sources and leaves the session as it was", async (database) => {
  const role = await database.createRole();
  await database.client.query("revoke all on all tables in schema public from public");
  await withClient(database.server.url(database.name, role), async (client) => {
    await client.query("set timezone = 'Asia/Tokyo'; set search_path = pg_catalog");
    expect(summary(await compare(client, { outcome: "equal", text: "select id, nombre from prospectos" }))).toEqual({
      outcome: "equal",
    });
    const { rows } = await client.query(
      "select current_setting('timezone') as zone, current_setting('search_path') as path, current_setting('lock_timeout') as lock, count(*)::int as views from pg_class where relname = 'matview_declared_definition'",
    );
    expect(rows).toEqual([{ zone: "Asia/Tokyo", path: "pg_catalog", lock: "0", views: 0 }]);
  });
});

test("a refusal names the line of the text that people wrote, comments at its head included", async ({ client }) => {
  const text = "-- Prospectos\n/* de\n hoy */\n\nselect p.id\nfrom prospectos p\nwhere p.nada\n";
  const parsed = await parseDefinition(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const { sql: definition, head } = parsed.definition;
  expect(await compareDefinition(client, { ...VIEW, definition, head })).toMatchObject({
    outcome: "invalid",
    problem: "line 7, column 7: column p.nada does not exist [42703]\n  where p.nada\n        ^",
  });
});

test("a read-only server, a missing privilege, a locked source and an absent view are errors that say what to do", async (database) => {
  const { client, url, name } = database;
  await withClient(url, async (readOnly) => {
    await readOnly.query("set default_transaction_read_only = on");
    expect(await refusal(readOnly)).toBe(
      "cannot compare the definition of materialized view public.vista: the session is read-only, and the comparison needs a temporary view; connect to the primary; where this is it, default_transaction_read_only is on for database or role [25006]",
    );
  });
  await withClient(url, async (migration) => {
    await migration.query("begin; lock table prospectos");
    expect(await compareDefinition(client, { ...VIEW, definition: "table prospectos" }).catch(String)).toMatch(
      /^MatviewError: cannot compare the definition of materialized view public\.vista: a source is locked by pid \d+ \(.*\), ran last: begin; lock table prospectos; try again when it is done, or end it: select pg_terminate_backend\(\d+\) \[55P03\]$/,
    );
    await migration.query("rollback");
  });
  const role = await database.createRole();
  await client.query(`revoke temporary on database ${name} from public`);
  await client.query("create schema cerrado; create table cerrado.t (x int)");
  await withClient(database.server.url(name, role), async (poor) => {
    expect(await refusal(poor)).toBe(
      `cannot compare the definition of materialized view public.vista: role ${role} may not create temporary views in this database; run: grant temporary on database ${name} to ${role} [42501]`,
    );
    await client.query(`grant temporary on database ${name} to ${role}`);
    expect(await refusal(poor, "select x from cerrado.t")).toBe(
      `cannot compare the definition of materialized view public.vista: permission denied for schema cerrado [42501]; grant it to ${role}`,
    );
  });
  await client.query("drop materialized view vista");
  expect(await refusal(client)).toBe(
    "materialized view public.vista does not exist: there is nothing to compare the definition with",
  );
  expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a record does not hold for another major version, which prints definitions differently", async ({ url }) => {
  const live = await withPrinting(url, liveView);
  const declared = "select id, nombre from prospectos";
  const recorded = recordDefinition(declared, live, 15);
  expect([15, 17].map((major) => recordDefinition(declared, live, major) === recorded)).toEqual([true, false]);
});
