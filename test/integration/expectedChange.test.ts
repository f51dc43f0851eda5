import { describe, expect, jest, test as plain } from "@jest/globals";
import type { ExpectedChange } from "../../kinds/materializedView/compare/expectedChange.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { withOnce } from "../../kinds/once.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import type { TestDatabase } from "../support/database.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, OLD, withOld } from "../support/swappedView.ts";
import { untilRow } from "../support/untilRow.ts";
import { change, one, run } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const test = testsWith(withOld);

/** The old view serves and nothing was left aside. */
async function mustBeOld(database: TestDatabase): Promise<void> {
  expect(await one(database, "select bool_and(largo < 100) from public.mv")).toBe(true);
  expect(await one(database, "select count(*)::int from pg_class where relname like '%matview\\_%'")).toBe(0);
}

const expecting = (expected: ExpectedChange, definition: string, more: Partial<DesiredView> = {}): DesiredView => ({
  ...CHANGED,
  ...more,
  definition,
  change: expected,
});

const REFACTORED = "select e.id, e.nombre, char_length(e.nombre) as largo from (select * from public.ejecutivos) e";
const UPPER = "select id, upper(nombre) as nombre, length(nombre) as largo from public.ejecutivos";

describe("a change is refused on the rows that were built, and nothing is changed,", () => {
  plain.each<[string, DesiredView, RegExp]>([
    [
      "where one row more goes than may",
      expecting({ gone: 1 }, `${OLD} where id > 2`),
      /could not swap: the new rows are not what change expects: 2 of \d+ rows go, where at most 1 may\. In all: 2 of \d+ rows go\. Nothing was changed; if that is right, declare change: \{ gone: 2 \}, or for this deploy alone, set MATVIEW_EXPECT='\{"public\.mv":\{"gone":2\}\}'/,
    ],
    [
      "where a refactoring was none",
      expecting({ rows: "same" }, UPPER),
      /change expects: \d+ of \d+ rows change, where none may\. In all: \d+ of \d+ rows change in nombre\. .* declare change: \{ changed: \["nombre"\] \}/,
    ],
    [
      "where another column changes than was said",
      expecting({ changed: ["largo"] }, UPPER),
      /change expects: \d+ of \d+ rows change in nombre, where none may\. In all/,
    ],
    [
      "where a column is new that nobody named",
      expecting({ rows: "same" }, "select id, nombre, length(nombre) as largo, 1 as uno from public.ejecutivos"),
      /change expects: column uno is new, and changed does not name it\. In all: column uno is new\. .* declare change: \{ changed: \["uno"\] \}/,
    ],
    [
      "where a column is another at each computation",
      expecting({ rows: "same" }, "select id, nombre, (random() * 9)::int as largo from public.ejecutivos"),
      /column largo is another at each computation, by random\(\), and changed does not name it/,
    ],
    [
      "without a key, by all values",
      expecting({ rows: "same" }, `${OLD} where id > 2`, { uniqueKey: undefined, keyIndex: undefined }),
      /change expects: 2 of \d+ rows go, where none may\. In all: 2 of \d+ rows go\./,
    ],
  ])("%s", async (_title, desired, message) => {
    await withOld(async (database) => {
      await expect(change(database, desired)).rejects.toThrow(message);
      await mustBeOld(database);
    });
  });

  test("where rows that change are to be few, and what is deployed does not tell which row is which", async (database) => {
    await run(
      database,
      "drop materialized view public.mv",
      "create materialized view public.mv as select coordinacion_id as id, nombre, length(nombre) as largo from public.ejecutivos",
    );
    const said = expecting({ changed: { id: "any", nombre: 1 } }, UPPER);
    await expect(change(database, said)).rejects.toThrow(
      "change expects: how many rows change, which changed limits, cannot be told: key (id) is not unique in the deployed rows. In all: no row of 24 rows differs",
    );
    await expect(change(database, said)).rejects.toThrow('declare change: { changed: ["id", "nombre"] }');
    await mustBeOld(database);
  });

  test("with what may change already in what it says to declare, where no key tells rows apart", async (database) => {
    const said = { changed: ["nombre"], gone: 1 };
    const keyless = { uniqueKey: undefined, keyIndex: undefined };
    await expect(change(database, expecting(said, `${UPPER} where id > 2`, keyless))).rejects.toThrow(
      'declare change: { gone: 2, changed: ["nombre"] }',
    );
    await mustBeOld(database);
  });

  test("with no value of a row in what is said", async (database) => {
    await run(database, "update public.ejecutivos set nombre = 'Secreto' where id = 1");
    const error: unknown = await change(database, expecting({ rows: "same" }, UPPER)).catch((one: unknown) => one);
    expect(String(error)).toContain("the new rows are not what change expects");
    expect(String(error)).not.toMatch(/secreto/i);
    await mustBeOld(database);
  });

  test("where somebody stops it, and then not as if the declaration were the reason", async (database) => {
    await run(
      database,
      `create function public.lenta(largo int) returns int immutable cost 100000 language plpgsql
        as 'begin perform pg_catalog.pg_sleep(0.2); return largo; end'`,
      "drop materialized view public.mv",
      `create materialized view public.mv as ${OLD.replace("length(nombre)", "public.lenta(length(nombre))")}`,
    );
    const error = change(database, expecting({ rows: "same" }, REFACTORED)).catch((one: unknown) => String(one));
    await untilRow(database.client, "the comparison", [
      "select pg_catalog.pg_cancel_backend(pid) from pg_catalog.pg_stat_activity where datname = current_database() and query like 'select coalesce(pg_catalog.max(g.before)%'",
    ]);
    expect(await error).toMatch(/could not swap: canceling statement due to user request \[57014\]\.$/);
    await mustBeOld(database);
  });

  test("where the deployed definition cannot be computed any more, with the way out", async (database) => {
    const broken =
      "select id, nombre, length(nombre) / (case when id = 1 then 1 else 2 end) as largo from public.ejecutivos";
    await run(
      database,
      "drop materialized view public.mv",
      `create materialized view public.mv as ${broken.replace("then 1", "then (select n from public.uno)")}`.replace(
        "create materialized",
        "create table public.uno as select 1 as n; create materialized",
      ),
      "create unique index mv_id_idx on public.mv (id) nulls not distinct",
      "update public.uno set n = 0",
    );
    await expect(change(database, expecting({ rows: "same" }, broken))).rejects.toThrow(
      "cannot compare the rows of public.mv: division by zero [22012]; without change, public.mv is deployed unproved",
    );
    await mustBeOld(database);
  });
});

describe("a plan is refused", () => {
  plain.each<[string, DesiredView, string]>([
    [
      "where a column is named that there is none of",
      expecting({ changed: ["nombr"] }, UPPER),
      "nombr is no column, before or after, in change.changed; did you mean nombre?",
    ],
    [
      "where changed rows are counted that no key tells apart",
      expecting({ changed: "1 %" }, UPPER, { uniqueKey: undefined, keyIndex: undefined }),
      'change.changed limits how many rows change, and no uniqueKey tells before and after which row is which: name the columns alone, such as changed: ["etapa"]',
    ],
  ])("%s", async (_title, desired, message) => {
    await withOld(async (database) => {
      await expect(change(database, desired)).rejects.toThrow(message);
      await mustBeOld(database);
    });
  });
});

test("a view that a deploy with expectations is told nothing of does not change", async (database) => {
  const other = { allow: [], expect: { "public.otra": { rows: "same" as const } } };
  await expect(change(database, withOnce(CHANGED, other))).rejects.toThrow(
    "public.mv is left as it is: 1 problem\n  - its definition changes, and MATVIEW_EXPECT speaks of public.otra only: add what is expected",
  );
  await mustBeOld(database);
  expect((await change(database, withOnce({ ...CHANGED, definition: OLD }, other))).rest).toEqual(CONVERGED);
});

describe("what was expected is deployed, and planned again: empty,", () => {
  plain.each<[string, DesiredView, string]>([
    ["a refactoring", expecting({ rows: "same" }, REFACTORED), "bool_and(largo = length(nombre))"],
    ["a column in its limit", expecting({ changed: { nombre: "100 %" } }, UPPER), "bool_and(nombre = upper(nombre))"],
    ["fewer rows than the usual gate lets pass", expecting({ gone: "99 %" }, `${OLD} where id < 3`), "count(*) = 2"],
    [
      "a column without a key, which is left out",
      expecting({ changed: ["nombre"] }, UPPER, { uniqueKey: undefined, keyIndex: undefined }),
      "bool_and(nombre = upper(nombre))",
    ],
    [
      "a column that is another at each computation, and named",
      expecting({ changed: ["largo"] }, "select id, nombre, (random() * 9)::int as largo from public.ejecutivos"),
      "bool_and(largo < 10)",
    ],
  ])("%s", async (_title, desired, found) => {
    await withOld(async (database) => {
      expect((await change(database, desired)).rest).toEqual(CONVERGED);
      expect(await one(database, `select ${found} from public.mv`)).toBe(true);
    });
  });

  test("a change of its place alone, of which nothing is to be proved", async (database) => {
    const space = uniqueName("espacio");
    await run(database, "set allow_in_place_tablespaces = on", `create tablespace ${space} location ''`);
    const random = "select id, nombre, (random() * 9)::int as largo from public.ejecutivos";
    await change(database, expecting({ changed: ["largo"] }, random));
    const moved = expecting({ rows: "same" }, random, { tablespace: space });
    expect((await change(database, moved)).rest).toEqual(CONVERGED);
    await change(database, { ...moved, tablespace: "pg_default" });
    await run(database, `drop tablespace ${space}`);
  });

  test("whatever the sources did since the last refresh: that is no change of the definition", async (database) => {
    await run(
      database,
      "insert into public.ejecutivos (id, nombre, correo, coordinacion_id) select 900 + n, 'Nuevo ' || n, n || '@nuevo', min(coordinacion_id) from public.ejecutivos, generate_series(1, 50) n group by n",
    );
    expect((await change(database, expecting({ rows: "same" }, REFACTORED))).rest).toEqual(CONVERGED);
    expect(await one(database, "select count(*)::int from public.mv where id > 900")).toBe(50);
  });

  plain(
    "once the owner may make the temporary view of the deployed definition, which the preview asks for",
    async () => {
      await withOld(async (database) => {
        const owner = await database.createRole();
        await run(
          database,
          `revoke temporary on database ${database.name} from public`,
          `grant select on public.ejecutivos to ${owner}`,
          `grant create on schema public to ${owner}`,
          `alter materialized view public.mv owner to ${owner}`,
        );
        const desired = expecting({ rows: "same" }, REFACTORED, { owner });
        const grant = `grant temporary on database ${database.name} to ${owner}`;
        await expect(change(database, desired)).rejects.toThrow(
          `public.mv is left as it is: 1 problem\n  - change is proved in a temporary view of role ${owner}, which may not create any in this database; run: ${grant}, or leave change out`,
        );
        await mustBeOld(database);
        await run(database, grant);
        expect((await change(database, desired)).rest).toEqual(CONVERGED);
      });
    },
  );

  plain("by a member of the owner, with the owner's rights and the settings of the job", async () => {
    await withDatabase(async (database) => {
      const [owner, deployer] = [await database.createRole(), await database.createRole()];
      await run(
        database,
        `grant select on public.ejecutivos to ${owner}`,
        `grant create on schema public to ${owner}, ${deployer}`,
        `grant ${owner} to ${deployer}`,
        `alter role ${owner} set timezone = 'Asia/Tokyo'`,
        `set role ${owner}`,
        "create materialized view public.mv as select id, nombre, current_setting('timezone') as zona from public.ejecutivos",
        "create unique index mv_id_idx on public.mv (id) nulls not distinct",
        "reset role",
      );
      const definition = "select id, nombre, current_setting('TimeZone') as zona from public.ejecutivos";
      const desired = { ...CHANGED, owner, definition, change: { rows: "same" as const } };
      expect((await change(database, desired, undefined, deployer)).rest).toEqual(CONVERGED);
      expect(await one(database, "select min(zona) from public.mv")).toBe("Asia/Tokyo");
    });
  });
});
