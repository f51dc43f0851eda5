import { describe, expect, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { preflightView } from "../../kinds/materializedView/preflight.ts";
import { previewLines } from "../../lifecycle/preview/lines.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import type { ResourcePreview } from "../../lifecycle/preview/previewChange.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import { withSession } from "../../postgres/session.ts";
import type { Session } from "../../postgres/session.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { JobDeploy, QUIET } from "../support/jobs.ts";
import { one, run } from "../support/viewChange.ts";

const open = <T>(database: TestDatabase, work: (session: Session) => Promise<T>): Promise<T> =>
  withSession(resolveConnection({}, { MATVIEW_DATABASE_URL: database.url }), "test", work);

const ROLE = "(the role of the test)";

describe("a preview of a view", () => {
  const desired: DesiredView = {
    schema: "public",
    name: "mv",
    uniqueKey: ["id"],
    definition: "select *, now() as visto_at from public.ejecutivos",
  };

  test("warns of what its definition costs, with the way out", async () => {
    await withDatabase(async (database) => {
      const reader = {
        open: <T>(work: (session: Session) => Promise<T>) => open(database, work),
        see: (wanted: DesiredView) =>
          open(database, async (session) => ({
            actual: (await materializedViewKind.describe(session, [wanted]))[0],
            capabilities: session.capabilities,
          })),
      };
      const transition = { desired, previous: undefined, adopt: false, onDrift: {}, deployer: {} };
      const preview = await previewChange(materializedViewKind, reader, transition, false);
      expect(preview.warnings.map((warning) => /\[([a-z-]+)\]$/.exec(warning)?.[1]).sort()).toEqual([
        "changing-value",
        "select-star",
      ]);
      const { severity, lines } = previewLines(preview);
      expect(severity).toBe("warning");
      expect(lines.filter((line) => line.startsWith("warning: "))).toEqual(
        preview.warnings.map((warning) => `warning: ${warning}`),
      );
    });
  });

  test.each<Row>([
    [
      "a key that it does not have",
      { uniqueKey: ["nada"] },
      [/^key column nada is none of the definition's columns: id, /],
    ],
    ["what cannot be parsed", { definition: "select from where" }, [/syntax error/]],
    [
      "two statements",
      { definition: "select id from public.ejecutivos; drop table public.ejecutivos" },
      [/a second statement starts here/],
    ],
    [
      "a source that is not there",
      { definition: "select * from public.aun_no" },
      [/relation "public.aun_no" does not exist/],
    ],
    ["a schema that is not there", { schema: "nada" }, [/^schema nada does not exist/]],
    ["an owner that is not there", { owner: "nadie" }, [/^role nadie is to own the view and does not exist/]],
    [
      "a reader that is not there",
      grantTo("nadie"),
      [/refuses the grant of select to nadie: role "nadie" does not exist/],
    ],
    ["no pg_cron", { job: "j" }, [/^pg_cron is not installed in database test_/]],
    ["a tablespace that is not there", { tablespace: "nada" }, [/refuses tablespace nada: tablespace "nada" does not/]],
    [
      "an access method that is not there",
      { accessMethod: "nada" },
      [/refuses access method nada: access method "nada"/],
    ],
    [
      "a storage parameter that is none",
      { storageParameters: { nada: "1" } },
      [/refuses storage parameter nada = 1: unrec/],
    ],
    [
      "a storage parameter out of range",
      { storageParameters: { fillfactor: "1" } },
      [/fillfactor = 1: a row|fillfactor = 1: value/],
    ],
    ["a key of a type without order", keyOf("'{}'::json"), [/data type json has no default operator class/]],
    ["a key that does not hold", keyOf("id % 2"), [/^key \(clave\) of public.mv does not hold: /]],
    [
      "two columns of one name",
      { definition: "select id, id from public.ejecutivos" },
      [/column "id" specified more than once/],
    ],
    [
      "a pseudo-type",
      { definition: "select id, row(1) as r from public.ejecutivos" },
      [/column "r" has pseudo-type record/],
    ],
    [
      "all problems at once",
      { uniqueKey: ["nada"], owner: "nadie", tablespace: "nada", accessMethod: "nada", ...grantTo("ninguno") },
      [/^key column nada/, /^role nadie/, /tablespace nada/, /access method nada/, /grant of select to ninguno/],
    ],
    [
      "a source that the owner may not read",
      { owner: ROLE },
      [/^role \S+ owns the view and may not read public.ejecutivos/],
      ["create"],
    ],
    [
      "an owner that may not create there",
      { owner: ROLE },
      [/owner \S+: permission denied for schema public/],
      ["select"],
    ],
    ["an owner that may", { owner: ROLE }, [], ["select", "create"]],
  ])("refuses what the deploy will: %s", async (_what, changed, refusals, rights = []) => {
    await withDatabase(async (database) => {
      const role = await database.createRole();
      await run(
        database,
        ...(rights.includes("select") ? [`grant select on public.ejecutivos to ${role}`] : []),
        ...(rights.includes("create") ? [`grant create on schema public to ${role}`] : []),
      );
      const wanted = { ...desired, ...changed, ...(changed.owner === ROLE ? { owner: role } : {}) };
      const url = changed.owner === ROLE ? await deployerUrl(database, role) : database.url;
      const preview = await previewOf(database, wanted, { url });
      expect(preview.refusals).toEqual(refusals.map((pattern) => expect.stringMatching(pattern)));
      const stopped = await open({ ...database, url }, (session) => preflightView(session, wanted));
      expect(preview.refusals).toEqual(expect.arrayContaining(stopped));
      // Nothing of what was tried stays.
      expect(await one(database, "select count(*) from pg_class where relname ~ 'matview_tr|^mv$'")).toBe("0");
    });
  });

  test.each<[what: string, noted: string[], changed: Partial<DesiredView>]>([
    [
      "a view of an earlier step",
      ["changed materialized view public.aun_no"],
      { definition: "select * from public.aun_no" },
    ],
    ["the owner role", ["create role nadie"], { owner: "nadie" }],
    ["a reader's role", ["create role nadie"], grantTo("nadie")],
    ["pg_cron", ["others pg_cron"], { job: "j" }],
  ])("refuses nothing that the same run makes before: %s", async (_what, noted, changed) => {
    await withDatabase(async (database) => {
      const preview = await previewOf(database, { ...desired, ...changed }, { noted });
      expect(preview.refusals).toEqual([]);
      expect(preview.warnings.filter((warning) => warning.includes("refused"))).toEqual([]);
    });
  });

  test("warns of what another resource of the program may still make, and refuses what none can", async () => {
    await withDatabase(async (database) => {
      const noted = ["others anything"];
      const wanted = { ...desired, owner: "nadie", uniqueKey: ["nada"] };
      const { refusals, warnings } = await previewOf(database, wanted, { noted });
      expect(refusals).toEqual([expect.stringMatching(/^key column nada/)]);
      expect(warnings[0]).toMatch(
        /^role nadie is to own .*\. The deploy is refused unless another resource of this program/,
      );
    });
  });

  test("says of a read-only database that it is one, of an unlogged source that a crash empties it", async () => {
    await withDatabase(async (database) => {
      await run(database, "create unlogged table public.volatil (id int)");
      const volatile = { ...desired, definition: "select id from public.volatil" };
      const { refusals, warnings } = await previewOf(database, volatile, {});
      expect([refusals, warnings]).toEqual([
        [],
        expect.arrayContaining([
          "source public.volatil is unlogged: a crash of the server empties it, and the next refresh the view; alter table public.volatil set logged",
        ]),
      ]);
      await run(database, `alter database ${database.name} set default_transaction_read_only = on`);
      const said =
        `database ${database.name} takes no changes: default_transaction_read_only is on, as hosts set it when a disk is nearly full. Make room ` +
        `first, where that is why; then, in one session: set default_transaction_read_only = off; alter database ${database.name} reset default_transaction_read_only`;
      expect((await previewOf(database, desired, {})).refusals).toEqual([said]);
      const job = { name: "j", schedule: QUIET, command: "select 1", active: true };
      await expect(new JobDeploy(database).create(job)).rejects.toThrow(said);
    });
  });

  test("is made where an event trigger refuses what is made, and tells that it refuses the deploy", async () => {
    await withDatabase(async (database) => {
      const role = await database.createRole();
      await run(
        database,
        `grant create on schema public to ${role}`,
        `grant select on public.ejecutivos to ${role}`,
        "create function public.nada() returns event_trigger language plpgsql as $$ begin raise exception 'hoy no'; end $$",
        "create event trigger nada on ddl_command_start execute function public.nada()",
      );
      const wanted = { ...desired, definition: "select id from public.ejecutivos" };
      const refused = "PostgreSQL refuses public.mv: hoy no [P0001]";
      expect((await previewOf(database, wanted, {})).refusals).toEqual([refused]);
      const url = database.server.url(database.name, role);
      const { refusals, warnings } = await previewOf(database, wanted, { url });
      expect([refusals, warnings]).toEqual([
        [refused],
        expect.arrayContaining([
          "the definition cannot be looked at: an event trigger refuses a temporary view: hoy no [P0001]",
        ]),
      ]);
      await run(
        database,
        "alter event trigger nada disable",
        `create materialized view public.mv as ${wanted.definition}`,
      );
      await run(database, "create unique index on public.mv (id)", "alter event trigger nada enable");
      // What is there is compared all the same.
      const same = await previewOf(database, wanted, {
        previous: { ...wanted, definition: "select id, 1 from public.ejecutivos" },
      });
      expect([same.steps, same.refusals]).toEqual([[], []]);
      await run(database, "drop event trigger nada");
    });
  });

  test("tells a role that only looks nothing of what it may not do itself", async () => {
    await withDatabase(async (database) => {
      const role = await database.createRole();
      await run(database, "create materialized view public.mv as select id from public.ejecutivos");
      const url = database.server.url(database.name, role);
      const same = { ...desired, definition: "select id from public.ejecutivos" };
      expect((await previewOf(database, same, { url })).refusals).toEqual([]);
      const other = { ...same, name: "mv_otra", tablespace: "nada", ...grantTo("nadie") };
      expect((await previewOf(database, other, { url })).refusals).toEqual([]);
      expect((await previewOf(database, { ...other, owner: "nadie" }, { url })).refusals).toEqual([
        expect.stringMatching(/^role nadie is to own the view and does not exist/),
      ]);
    });
  });

  test("refuses to take over, change or drop what belongs to another role", async () => {
    await withDatabase(async (database) => {
      const role = await database.createRole();
      await run(
        database,
        "create materialized view public.mv as select id from public.ejecutivos",
        `grant create on schema public to ${role}`,
        `grant select on public.ejecutivos to ${role}`,
      );
      const url = database.server.url(database.name, role);
      const same = { ...desired, definition: "select id from public.ejecutivos" };
      const foreign = [
        expect.stringMatching(/^materialized view public.mv belongs to postgres, and role \S+ may not act as/),
      ];
      const taken = await previewOf(database, same, { url });
      expect([taken.steps, taken.refusals]).toEqual([[], foreign]);
      const changed = await previewOf(database, { ...same, comment: "c" }, { url, previous: same });
      expect(changed.refusals).toEqual(foreign);
      expect((await previewOf(database, "absent", { url, previous: same })).refusals).toEqual(foreign);
      expect((await previewOf(database, same, {})).refusals).toEqual([]);
    });
  });
});

type Row = [what: string, changed: Partial<DesiredView>, refusals: RegExp[], rights?: string[]];

function grantTo(role: string): Partial<DesiredView> {
  return { grants: [{ role, privileges: ["select"] }] };
}

function keyOf(expression: string): Partial<DesiredView> {
  return { uniqueKey: ["clave"], definition: `select ${expression} as clave from public.ejecutivos` };
}

/** Of a role that may make views for the other one, and is no superuser. */
async function deployerUrl(database: TestDatabase, owner: string): Promise<string> {
  const deployer = await database.createRole();
  await run(
    database,
    `grant ${owner} to ${deployer}`,
    `grant create on schema public to ${deployer}`,
    `grant select on public.ejecutivos to ${deployer}`,
  );
  return database.server.url(database.name, deployer);
}

async function previewOf(
  database: TestDatabase,
  wanted: DesiredView | "absent",
  { url = database.url, noted = [], previous }: { url?: string; noted?: string[]; previous?: DesiredView },
): Promise<ResourcePreview> {
  const there = { ...database, url };
  const see = (one: DesiredView) =>
    open(there, async (session) => ({
      actual: (await materializedViewKind.describe(session, [one]))[0],
      capabilities: session.capabilities,
    }));
  const reader = {
    see,
    open: <T>(work: (session: Session) => Promise<T>) => open(there, work),
    before: new Set(noted),
  };
  return previewChange(materializedViewKind, reader, { desired: wanted, previous, adopt: false, deployer: {} }, false);
}
