import { describe, expect, test as plain } from "@jest/globals";
import type { Client } from "pg";
import { diffDefinitions } from "../../kinds/materializedView/compare/diffDefinitions.ts";
import type {
  DefinitionDiff,
  DefinitionPair,
  DiffOptions,
} from "../../kinds/materializedView/compare/diffDefinitions.ts";
import { holdServerLock } from "../../postgres/serverLock.ts";
import { compareInMemory, makePair, PAIR_TYPES, stripped } from "../../scripts/bench/diff/pairs.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { untilRow } from "../support/untilRow.ts";
import { one } from "../support/viewChange.ts";

const test = testsWith<[TestDatabase]>((use) => withDatabase(use, { template: "empty" }));

const VIEW = { schema: "public", name: "mv" };
const ALL: DiffOptions = { limitMs: 30_000, share: 1, explain: false, rows: 0 };

function diff(
  client: Client,
  before: string | undefined,
  after: string | undefined,
  rest: Partial<DefinitionPair> = {},
  options: Partial<DiffOptions> = {},
): Promise<DefinitionDiff> {
  const pair = { view: VIEW, earlier: [], before, after, owner: undefined, user: undefined, key: ["id"], ...rest };
  return diffDefinitions(client, pair, { ...ALL, ...options });
}

const series = (columns: string, rows = 100): string => `select g as id, ${columns} from generate_series(1, ${rows}) g`;

describe("figures", () => {
  test("are those of a comparison row by row in memory, whatever the types, keys, nulls and duplicates", async ({
    client,
  }) => {
    await client.query(PAIR_TYPES);
    for (let seed = 1_000; seed < 1_040; seed += 1) {
      const pair = await makePair(client, seed);
      const { comparison } = await diff(client, pair.before, pair.after, { key: pair.key });
      expect({ seed, ...stripped(comparison!) }).toEqual({ seed, ...(await compareInMemory(client, pair)) });
    }
  });

  test("are told by column, with what went null and came from null", async ({ client }) => {
    const found = await diff(
      client,
      series('g % 5 as a, nullif(g % 4, 0) as b, \'x\' as "Año ""x""", 1.0 as same'),
      series(
        'case when g <= 10 then null else g % 5 end as a, coalesce(nullif(g % 4, 0), 9) as b, \'y\' as "Año ""x""", 1.00 as same, 2 as added',
        98,
      ),
    );
    expect(found.comparison).toMatchObject({
      key: ["id"],
      rows: { before: 100, after: 98, gone: 2, added: 0, changed: 98, same: 0 },
      columns: {
        added: ["added"],
        changed: {
          a: { changed: 10, toNull: 10, fromNull: 0 },
          b: { changed: 24, toNull: 0, fromNull: 24 },
          'Año "x"': { changed: 98, toNull: 0, fromNull: 0 },
        },
      },
    });
    expect(found.limited).toBeUndefined();
  });

  test("follow the equality of each type, wherever its operator is", async ({ client }) => {
    await client.query("create schema aparte; create extension citext schema aparte");
    await client.query(
      "create collation public.sin_caja (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
    );
    const found = await diff(
      client,
      series(
        "'Ana'::aparte.citext as ci, 'Ana'::text collate public.sin_caja as nd, 'Ana'::text as plain, row(1, null)::text as r",
      ),
      series(
        "'ANA'::aparte.citext as ci, 'ANA'::text collate public.sin_caja as nd, 'ANA'::text as plain, row(1, null)::text as r",
      ),
    );
    expect(found.comparison?.columns).toMatchObject({ changed: { plain: { changed: 100 } }, asText: [] });
  });

  test("hold for as many columns as a view can have", async ({ client }) => {
    const columns = (value: string): string =>
      Array.from({ length: 1_599 }, (_, at) => `${at % 400 === 7 ? value : "1::int2"} as c${at}`).join(", ");
    const found = await diff(client, series(columns("g::int2"), 20), series(columns("0::int2"), 20));
    expect(Object.keys(found.comparison?.columns.changed ?? {})).toEqual(["c7", "c407", "c807", "c1207"]);
    const bags = await diff(client, series(columns("g::int2"), 20), series(columns("0::int2"), 20), { key: [] });
    expect(bags.comparison?.rows).toEqual({ before: 20, after: 20, gone: 20, added: 20, changed: 0, same: 0 });
  });
});

describe("a key", () => {
  test("that is not unique any more is said, and rows are told apart by their values", async ({ client }) => {
    const found = await diff(
      client,
      series("1 as a"),
      `${series("1 as a")} union all select 7, 1 union all select 8, 2`,
    );
    expect(found.comparison).toMatchObject({
      key: [],
      whyNoKey: "key (id) is not unique in the declared rows",
      rows: { before: 100, after: 102, gone: 0, added: 2, changed: 0, same: 100 },
    });
  });

  test("that the deployed view has not, too", async ({ client }) => {
    const found = await diff(client, "select 1 as a", "select 1 as id, 1 as a");
    expect(found.comparison).toMatchObject({ key: [], whyNoKey: "id of the key is not on both sides, or is left out" });
  });

  test("with nulls still says which row is which", async ({ client }) => {
    const found = await diff(
      client,
      "select nullif(g, 3) as id, g % 2 as other, 1 as a from generate_series(1, 9) g",
      "select nullif(g, 3) as id, g % 2 as other, case g when 3 then 2 else 1 end as a from generate_series(1, 9) g",
      { key: ["id", "other"] },
    );
    expect(found.comparison).toMatchObject({ key: ["id", "other"], rows: { changed: 1, gone: 0, same: 8 } });
  });
});

describe("what changes at each computation", () => {
  test("is named and left out, and what moves with the transaction is not", async ({ client }) => {
    await client.query("create function public.azar() returns float language sql volatile as 'select random()'");
    await client.query(
      "create view public.sorteo as select g as id, public.azar() as suerte from generate_series(1, 100) g",
    );
    const text = `with t as (select g as id, random() as r, now() as stamp, 1 as a from generate_series(1, 100) g)
      select t.id, t.r * 2 as doubled, t.stamp, t.a, s.suerte, clock_timestamp() as clock, case when t.id = 1 then now() end as vista_actualizada_at
      from t join public.sorteo s on s.id = t.id`;
    const found = await diff(client, text, text.replace("1 as a", "2 as a"));
    expect(found.volatility).toEqual({
      columns: ["doubled", "suerte", "clock"],
      isOfRows: true,
      functions: ["clock_timestamp()", "random()", "public.azar()"],
    });
    expect(found.comparison).toMatchObject({ rows: { changed: 100 }, columns: { changed: { a: { changed: 100 } } } });
    expect(Object.keys(found.comparison?.columns.changed ?? {})).toEqual(["a"]);
  });

  test("says so where it decides which rows there are", async ({ client }) => {
    const found = await diff(client, series("1 as a"), `${series("1 as a")} where random() < 0.5`);
    expect(found.volatility).toEqual({ columns: [], isOfRows: true, functions: ["random()"] });
  });
});

describe("bounds", () => {
  test("past the time limit a part is looked at, and nothing where that takes too long as well", async ({ client }) => {
    const slow = "select g as id, 1 as a from generate_series(1, 300) g where pg_catalog.pg_sleep(0.1) is not null";
    const none = await diff(client, slow, slow, {}, { limitMs: 400 });
    expect(none).toMatchObject({ limited: { by: "time", share: 0 }, notes: [] });
    expect(none.comparison).toBeUndefined();
    await client.query(`create function public.lenta(n int) returns int language plpgsql immutable cost 100000
      as 'begin perform pg_catalog.pg_sleep(0.04); return n; end'`);
    const keyed = "select g as id, 1 as a from generate_series(1, 150) g where public.lenta(g) = g";
    const part = await diff(
      client,
      `select * from (${keyed}) q`,
      `select id, 2 as a from (${keyed}) q`,
      {},
      { limitMs: 4_000 },
    );
    expect(part.limited).toEqual({ by: "time", share: 1 / 64 });
    expect(part.comparison?.rows.before).toBeLessThan(20);
    expect((await client.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
  });

  test("a sample has the same rows on both sides", async ({ client }) => {
    const found = await diff(
      client,
      series("1 as a, 1.0 as n", 2_000),
      series("1 as a, 1.00 as n", 2_000),
      {},
      { share: 0.1 },
    );
    const { before = 0, ...rows } = found.comparison?.rows ?? {};
    expect(before).toBeGreaterThan(120);
    expect(before).toBeLessThan(280);
    expect(rows).toEqual({ after: before, gone: 0, added: 0, changed: 0, same: before });
    expect(found.limited).toEqual({ by: "sample", share: 0.1 });
  });

  test("one at a time on a server, and the other one is named", async (database) => {
    const { client, url, server } = database;
    await withClient(server.url("postgres"), async (other) => {
      await other.query("set application_name = 'matview diff elsewhere'");
      const lock = [1_835_103_350, 1_684_629_094] as const;
      await other.query("begin");
      // Tests of other files compare on this server too.
      await holdServerLock(other, lock, { what: "comparison of rows", patienceMs: 30_000 });
      await client.query("begin");
      await expect(holdServerLock(client, lock, { what: "comparison of rows", patienceMs: 0 })).rejects.toThrow(
        /^one comparison of rows at a time on a server, and another one did not end within 0 s: pid \d+ \(application "matview diff elsewhere", /,
      );
      await client.query("rollback");
      const pid = await one(database, "select pg_backend_pid()");
      const waiting = diff(client, series("1 as a"), series("2 as a"));
      await withClient(url, (watch) =>
        untilRow(watch, "the comparison to wait", [
          "select 1 from pg_stat_activity where pid = $1 and query like 'rollback to savepoint matview_server_lock%'",
          pid,
        ]),
      );
      await other.query("rollback");
      expect((await waiting).comparison?.rows.changed).toBe(100);
    });
  });

  test("nothing is written, and no value of a row is told", async ({ client }) => {
    await client.query("create sequence public.numbers");
    await expect(diff(client, series("1 as a"), series("nextval('public.numbers') as a"))).rejects.toThrow(
      "cannot compare the rows of public.mv: cannot execute nextval() in a read-only transaction [25006]",
    );
    await expect(diff(client, series("1 as a"), series("('Juana ' || g)::int as a"))).rejects.toThrow(
      'cannot compare the rows of public.mv: invalid input syntax for type integer: "..." [22P02]',
    );
    await expect(diff(client, series("1 as a"), "select nombre as id from public.nada")).rejects.toThrow(
      'cannot compare the rows of public.mv: relation "public.nada" does not exist [42P01]',
    );
  });
});

plain("a role that may not read is told the grants, and compares when it has them", async () => {
  await withDatabase(
    async ({ client, name, server, createRole }) => {
      const [owner, reader] = [await createRole({ prefix: "duena" }), await createRole({ prefix: "lectora" })];
      await client.query(
        `create table public.secreta (id int, a int); insert into public.secreta select g, g from generate_series(1, 9) g`,
      );
      await client.query(`alter table public.secreta owner to ${owner}`);
      await client.query(`revoke temporary on database ${name} from public`);
      await withClient(server.url(name, reader), async (as) => {
        const compare = (): Promise<DefinitionDiff> =>
          diff(as, "select id, a from public.secreta", "select id, 1 as a from public.secreta", { owner });
        await expect(compare()).rejects.toThrow(
          `cannot compare the rows of public.mv: role ${reader} may not create temporary views in this database; run: grant temporary on database ${name} to ${reader}`,
        );
        await client.query(`grant temporary on database ${name} to ${reader}`);
        await expect(compare()).rejects.toThrow(
          `cannot compare the rows of public.mv: role ${reader} may not read what they are made of: grant ${owner} to ${reader}, or grant select on table public.secreta to ${reader}`,
        );
        await client.query(`grant select on public.secreta to ${reader}`);
        const found = await compare();
        expect(found.comparison?.rows).toEqual({ before: 9, after: 9, gone: 0, added: 0, changed: 8, same: 1 });
        expect(found.notes).toEqual([expect.stringContaining(`which may not act as the owner ${owner}`)]);
        await client.query(`grant ${owner} to ${reader}`);
        await expect(compare()).rejects.toThrow(`run: grant temporary on database ${name} to ${owner}`);
      });
    },
    { template: "empty" },
  );
});

describe("values, where they are asked for", () => {
  test("are what rows that differ have in common, and the ends of numbers and times", async ({ client }) => {
    const base =
      "case when g % 10 = 0 then 'contactado' when g % 10 = 1 then null else 'nuevo' end as etapa, (g % 2 = 0) as even, g::numeric as total, timestamptz '2026-01-01 00:00+00' + g * interval '1 hour' as at";
    const found = await diff(
      client,
      series(base),
      `select id, case etapa when 'contactado' then 'x' else etapa end as etapa, even, case when etapa = 'contactado' then 0 else total end as total, at from (${series(base)}) q where etapa is not null`,
      {},
      { explain: true, rows: 1 },
    );
    expect(found.explanation).toEqual({
      conditions: [
        { rows: "gone", column: "etapa", values: [null], count: 10, of: 10 },
        { rows: "gone", column: "even", values: ["false"], count: 10, of: 50 },
        { rows: "changed", column: "etapa", values: ["contactado"], count: 10, of: 10 },
        { rows: "changed", column: "even", values: ["true"], count: 10, of: 50 },
      ],
      measures: {
        total: { before: { min: "1", max: "100", sum: "5050" }, after: { min: "0", max: "99", sum: "4040" } },
        at: {
          before: { min: "2026-01-01 01:00:00+00", max: "2026-01-05 04:00:00+00" },
          after: { min: "2026-01-01 02:00:00+00", max: "2026-01-05 04:00:00+00" },
        },
      },
    });
    expect(found.rows).toEqual([
      { rows: "gone", before: { id: "1", etapa: null, even: "false", total: "1", at: "2026-01-01 01:00:00+00" } },
      {
        rows: "changed",
        before: { id: "10", etapa: "contactado", total: "10" },
        after: { id: "10", etapa: "x", total: "0" },
      },
    ]);
  });

  test("are rows with how often they are there, without a key", async ({ client }) => {
    const found = await diff(
      client,
      "select 1 as a from generate_series(1, 5)",
      "select 1 as a union all select 2",
      { key: [] },
      { rows: 3 },
    );
    expect(found.rows).toEqual([
      { rows: "gone", before: { a: "1" }, times: 4 },
      { rows: "added", after: { a: "2" }, times: 1 },
    ]);
  });

  test("of a new view are its nulls and distinct values, and of one that goes", async ({ client }) => {
    const rows = series("g % 3 as a, nullif(g, 5)::text::json as doc");
    const alone = {
      rows: 100,
      columns: { id: { nulls: 0, distinct: 100 }, a: { nulls: 0, distinct: 3 }, doc: { nulls: 1, distinct: 99 } },
    };
    expect((await diff(client, undefined, rows)).alone).toEqual(alone);
    expect((await diff(client, rows, undefined)).alone).toEqual(alone);
  });
});
