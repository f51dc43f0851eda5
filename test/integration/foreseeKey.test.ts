import { expect, test as plain } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { foreseeKey } from "../../kinds/materializedView/foreseeKey.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import type { ResourcePreview } from "../../lifecycle/preview/previewChange.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { change, planChange, run, withViewSession } from "../support/viewChange.ts";

const VIEW: DesiredView = {
  schema: "public",
  name: "mv",
  definition: "select t.id, t.v from public.t",
  uniqueKey: ["id"],
};
const NEEDS =
  "A concurrent refresh needs a key that is unique, where nulls are equal: declare other columns, or make the definition give one row a key.";

function withTable(action: (database: TestDatabase) => Promise<void>): Promise<void> {
  return withDatabase(
    async (database) => {
      await run(
        database,
        "create table public.t (id int, v int)",
        "insert into public.t values (1, 1), (2, 1), (3, 2)",
      );
      await action(database);
    },
    { template: "empty" },
  );
}

function preview(
  database: TestDatabase,
  desired: DesiredView,
  previous?: DesiredView,
  role?: string,
): Promise<ResourcePreview> {
  return withViewSession(
    database,
    (session) => {
      const see = async (wanted: DesiredView) => ({
        actual: (await materializedViewKind.describe(session, [wanted]))[0],
        capabilities: session.capabilities,
      });
      const reader = { see, open: <T>(work: (one: typeof session) => Promise<T>) => work(session) };
      return previewChange(materializedViewKind, reader, { desired, previous, adopt: true, deployer: {} }, false);
    },
    role,
  );
}

async function refusals(...asked: Parameters<typeof preview>): Promise<readonly string[]> {
  return (await preview(...asked)).refusals;
}

const test = testsWith(withTable);

test("a new view's key is counted in what its definition gives now, and nothing is said of one that holds", async (database) => {
  expect(await preview(database, VIEW)).toMatchObject({ refusals: [], warnings: [] });
  await run(database, "insert into public.t values (3, 3), (null, 4)");
  expect(await refusals(database, VIEW)).toEqual([
    `key (id) of public.mv does not hold: 1 value of it occurs more than once, in 2 rows of 5. ${NEEDS}`,
  ]);
  await run(database, "delete from public.t where v = 3");
  expect(await preview(database, VIEW)).toMatchObject({
    refusals: [],
    warnings: [
      "key (id) of public.mv: 1 row of 4 has a null in it: every refresh deletes and writes them again, changed or not",
    ],
  });
  await run(database, "insert into public.t values (null, 5)");
  expect(await refusals(database, VIEW)).toEqual([
    `key (id) of public.mv does not hold: 1 value of it occurs more than once, in 2 rows of 5. ${NEEDS}`,
  ]);
});

test("a key is counted where rows or key are new, and a comment counts nothing", async (database) => {
  await change(database, VIEW);
  await run(database, "refresh materialized view public.mv", "create unique index mv_key on public.mv (id)");
  await run(database, "insert into public.t values (3, 3)");
  const commented = { ...VIEW, comment: "new" };
  expect(await preview(database, commented, VIEW)).toMatchObject({ refusals: [], warnings: [] });
  // The source has a duplicate by now, the view has not.
  expect(await refusals(database, { ...VIEW, uniqueKey: ["v", "id"] }, VIEW)).toEqual([]);
  expect(await refusals(database, { ...VIEW, uniqueKey: ["v"] }, VIEW)).toEqual([
    `key (v) of public.mv does not hold: 1 value of it occurs more than once, in 2 rows of 3. ${NEEDS}`,
  ]);
  const changed = { ...VIEW, definition: "select t.id, t.v + 1 as v from public.t" };
  expect(await refusals(database, changed, VIEW)).toEqual([
    `key (id) of public.mv does not hold: 1 value of it occurs more than once, in 2 rows of 4. ${NEEDS}`,
  ]);
  // Taken over with its index there is nothing to build.
  expect(await refusals(database, { ...VIEW, keyIndex: "mv_key", uniqueKey: ["id"] })).toEqual([]);
  expect(await refusals(database, { ...VIEW, keyIndex: "other", uniqueKey: ["v"] })).toHaveLength(1);
  await run(database, "refresh materialized view public.mv with no data");
  expect(await refusals(database, { ...VIEW, uniqueKey: ["id", "id"] }, VIEW)).toHaveLength(1);
});

test("the owner reads, under the settings of the job's sessions", async (database) => {
  const owner = await database.createRole({ prefix: "owner" });
  await run(
    database,
    `alter role ${owner} set timezone = 'America/Bogota'`,
    "create table public.h (t timestamptz)",
    "insert into public.h values ('2026-01-01 23:00+00'), ('2026-01-02 01:00+00')",
    `grant select on public.h to ${owner}`,
  );
  const days = { ...VIEW, definition: 'select t::date as "el día" from public.h', uniqueKey: ["el día"] };
  expect(await refusals(database, days)).toEqual([]);
  expect(await refusals(database, { ...days, owner })).toEqual([
    `key (el día) of public.mv does not hold: 1 value of it occurs more than once, in 2 rows of 2. ${NEEDS}`,
  ]);
});

test("a count that takes too long is cut off and told, and nothing stays of it", async (database) => {
  const slow = { ...VIEW, definition: "select t.id from public.t where pg_catalog.pg_sleep(100) is not null" };
  await withViewSession(database, async (session) => {
    const plan = await planChange(session, slow);
    const told = await foreseeKey(session, slow, { previous: undefined, actual: undefined }, plan, 200);
    expect(told).toEqual({
      warnings: ["key (id) of public.mv: not proven within 0.2 s: the deploy proves it before it builds the index"],
    });
    const left =
      "select pg_catalog.current_setting('statement_timeout') as t, pg_catalog.pg_current_xact_id_if_assigned() as x";
    expect((await session.target.query(left)).rows).toEqual([{ t: "0", x: null }]);
  });
  // A lock is waited for no longer.
  await run(database, "begin", "lock table public.t in access exclusive mode");
  await withViewSession(database, async (session) => {
    const plan = { steps: [], differences: [] };
    const actual = { exists: false as const, schema: "public", name: "mv", jobs: [], namedJobs: [] };
    expect(await foreseeKey(session, VIEW, { previous: undefined, actual }, plan, 200)).toMatchObject({
      warnings: [expect.stringContaining("not proven within 0.2 s")],
    });
  });
  await run(database, "rollback");
});

test("the keys of many views together are counted for a while, and the others left to the deploy", async (database) => {
  const slow = { ...VIEW, definition: "select t.id from public.t where pg_catalog.pg_sleep(100) is not null" };
  await withViewSession(database, async (session) => {
    const plan = await planChange(session, slow);
    const told: string[] = [];
    for (let view = 0; view < 6; view += 1) {
      const found = await foreseeKey(session, slow, { previous: undefined, actual: undefined }, plan, 200);
      told.push(...(found.warnings ?? []));
    }
    const [first, last] = ["not proven within 0.2 s", "not proven, as the keys before it took 0.8 s"].map(
      (what) => `key (id) of public.mv: ${what}: the deploy proves it before it builds the index`,
    );
    expect([told.length, told[0], told[5]]).toEqual([6, first, last]);
  });
});

plain.each([
  [
    "a query that would write",
    "select nextval('public.n') as id",
    "not proven yet: cannot execute nextval() in a read-only transaction [25006]",
  ],
  [
    "a query that fails, without what it quotes of the data",
    "select (t.v || ' Juan')::int as id from public.t",
    "not proven yet: a row cannot be computed [22P02]",
  ],
])("%s is told and stops nothing", async (_what, definition, what) => {
  await withTable(async (database) => {
    await run(database, "create sequence public.n");
    const found = await preview(database, { ...VIEW, definition });
    expect(found.refusals).toEqual([]);
    expect(found.warnings).toContain(`key (id) of public.mv: ${what}: the deploy proves it before it builds the index`);
    expect((await database.client.query("select is_called from public.n")).rows).toEqual([{ is_called: false }]);
  });
});

test("what is not there yet, what may not be read, and a type that no index holds", async (database) => {
  const reader = await database.createRole();
  const later = { ...VIEW, definition: "select id from public.aun_no", owner: "nobody_yet" };
  const missing = expect.stringMatching(/^role nobody_yet is to own the view and does not exist/);
  expect(await preview(database, later)).toMatchObject({
    refusals: [expect.stringMatching(/relation "public.aun_no" does not exist/), missing],
    warnings: [],
  });
  // Where something else stands in the way nothing is counted.
  expect(await refusals(database, { ...VIEW, owner: "nobody_yet", uniqueKey: ["v"] })).toEqual([missing]);
  const { refusals: refused, warnings } = await preview(database, VIEW, undefined, reader);
  expect(refused).toEqual([]);
  expect(warnings).toContain(
    "key (id) of public.mv: not proven yet: permission denied for table t [42501]: the deploy proves it before it builds the index",
  );
  const json = { ...VIEW, definition: "select pg_catalog.to_json(id) as id from public.t" };
  expect(await refusals(database, json)).toEqual([
    'PostgreSQL refuses public.mv: data type json has no default operator class for access method "btree". You must specify an operator class for the index or define a default operator class for the data type. [42704]',
  ]);
});

test("what the owner may not read is not counted as somebody else, also where it may make no temporary view", async (database) => {
  const [owner, deployer] = [await database.createRole({ prefix: "owner" }), await database.createRole()];
  await run(
    database,
    `grant ${owner} to ${deployer}`,
    `grant select on public.t to ${deployer}`,
    `revoke temporary on database ${database.name} from public`,
    `grant temporary on database ${database.name} to ${deployer}`,
  );
  expect(await refusals(database, { ...VIEW, owner }, undefined, deployer)).toContainEqual(
    expect.stringMatching(new RegExp(`^role ${owner} owns the view and may not read public\\.t`)),
  );
  await run(database, `grant select on public.t to ${owner}`, "insert into public.t values (3, 3)");
  expect(await refusals(database, { ...VIEW, owner }, undefined, deployer)).toHaveLength(2);
  // A setting of its own that the deployer may not make takes the long way round.
  await run(database, `alter role ${owner} set session_replication_role = 'replica'`);
  expect(await refusals(database, { ...VIEW, owner }, undefined, deployer)).toHaveLength(2);
  await run(database, `alter role ${deployer} set app.tenant = 'mine'`);
  expect(await refusals(database, { ...VIEW, owner }, undefined, deployer)).toHaveLength(2);
});
