import { expect, test as plain } from "@jest/globals";
import { joinComment, newClaim, splitComment } from "../../kinds/claim.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import type { DesiredIndex } from "../../kinds/viewIndex/desired.ts";
import { viewIndexKind } from "../../kinds/viewIndex/kind.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import type { ResourcePreview } from "../../lifecycle/preview/previewChange.ts";
import type { Session } from "../../postgres/session.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { entry } from "../support/stateEntry.ts";
import { change, one, run, withViewSession } from "../support/viewChange.ts";

const KEY = ["id", "orden"];
const INDEX: DesiredIndex = { schema: "public", view: "mv", name: "mv_key", columns: KEY, unique: true };
const VIEW: DesiredView = {
  schema: "public",
  name: "mv",
  definition: "select id, id as orden, nombre from public.ejecutivos",
  uniqueKey: KEY,
  keyIndex: INDEX.name,
};
const CHANGED = { ...VIEW, definition: "select id, id as orden, upper(nombre) as nombre from public.ejecutivos" };
const CONVERGED = { steps: [], differences: [] };

function withView(action: (database: TestDatabase) => Promise<void>): Promise<void> {
  return withDatabase(async (database) => {
    await run(database, `create materialized view public.mv as ${VIEW.definition}`);
    await action(database);
  });
}

const test = testsWith(withView);

function preview(database: TestDatabase, adopt = false, role?: string): Promise<ResourcePreview> {
  const work = (session: Session): Promise<ResourcePreview> => {
    const see = async (wanted: DesiredIndex) => ({
      actual: (await viewIndexKind.describe(session, [wanted]))[0],
      capabilities: session.capabilities,
    });
    const reader = { see, open: <T>(work: (one: typeof session) => Promise<T>) => work(session) };
    const transition = { desired: INDEX, previous: undefined, adopt, deployer: {} };
    return previewChange(viewIndexKind, reader, transition, false);
  };
  return withViewSession(database, work, role);
}

/** Names of the view's indexes, and who manages them. */
async function indexes(database: TestDatabase): Promise<[string, string | undefined][]> {
  const { rows } = await database.client.query<{ name: string; comment: string | null }>(
    `select i.indexrelid::regclass::text as name, obj_description(i.indexrelid, 'pg_class') as comment
     from pg_index i where i.indrelid = 'public.mv'::regclass order by 1`,
  );
  return rows.map(({ name, comment }) => [name, splitComment(comment).claim?.resource]);
}

const statements = ({ steps }: ResourcePreview): string[] => steps.flatMap((step) => step.statements);

test("a unique index that somebody made serves as it is, is named, and stays when the resource goes", async (database) => {
  await run(database, 'create unique index "A mano" on public.mv (id, orden)');
  expect(await preview(database)).toMatchObject({
    steps: [],
    refusals: [],
    warnings: [
      'index public."A mano" was not made by this stack and serves as it is: no second one is built beside it, and it stays when this resource goes. To take it over, create this resource with adopt: true, or run: alter index public."A mano" rename to mv_key',
    ],
  });
  const index = entry(database, "index", "key");
  await index.create(INDEX);
  expect(await indexes(database)).toEqual([['"A mano"', undefined]]);
  await index.update({ ...INDEX, name: "mv_other" });
  expect(await indexes(database)).toEqual([['"A mano"', undefined]]);
  await index.delete();
  expect(await indexes(database)).toEqual([['"A mano"', undefined]]);
});

test("with adopt it is renamed and managed, and goes with the resource", async (database) => {
  await run(database, "create unique index a_mano on public.mv (id, orden)");
  const oid = await one(database, "select 'public.a_mano'::regclass::oid::text");
  const told = await preview(database, true);
  expect([statements(told), told.warnings, told.refusals]).toEqual([
    ["alter index public.a_mano rename to mv_key"],
    [],
    [],
  ]);
  const index = entry(database, "index", "key");
  await index.create({ ...INDEX, adopt: true });
  expect(await indexes(database)).toEqual([["mv_key", "key"]]);
  expect(await one(database, "select 'public.mv_key'::regclass::oid::text")).toBe(oid);
  await index.delete();
  expect(await indexes(database)).toEqual([]);
});

test("it is managed once it was renamed by hand", async (database) => {
  await run(database, "create unique index a_mano on public.mv (id, orden)");
  const index = entry(database, "index", "key");
  await index.create(INDEX);
  await run(database, "alter index public.a_mano rename to mv_key");
  expect(await preview(database)).toMatchObject({ steps: [], warnings: [] });
  await index.update({ ...INDEX, columns: ["id"] });
  expect(await indexes(database)).toEqual([["mv_key", "key"]]);
});

test("who may not change the view may use it, and may not take it over", async (database) => {
  await run(database, "create unique index a_mano on public.mv (id, orden)");
  const role = await database.createRole();
  await run(database, `grant create on schema public to ${role}`);
  expect((await preview(database, false, role)).refusals).toEqual([]);
  expect((await preview(database, true, role)).refusals).toEqual([
    expect.stringMatching(/^index public\.a_mano belongs to .* may not act as that/),
  ]);
});

test("one that takes nulls for different is named where the view has nulls, whoever made it", async (database) => {
  await run(
    database,
    "drop materialized view public.mv",
    "create materialized view public.mv as select nullif(id, 1) as id, id as orden, nombre from public.ejecutivos",
    "create unique index a on public.mv (id, orden)",
  );
  const told =
    /^key \(id, orden\) of public\.mv: 1 row of \d+ has a null in it, and index public\.(a|mv_key) takes nulls for different: /;
  const warnings = async (adopt: boolean) => (await preview(database, adopt)).warnings;
  expect(await warnings(false)).toEqual([expect.stringMatching(/serves as it is/), expect.stringMatching(told)]);
  expect(await warnings(true)).toEqual([expect.stringMatching(told)]);
  await run(database, "alter index public.a rename to mv_key");
  expect(await warnings(false)).toEqual([expect.stringMatching(told)]);
  await run(database, "drop index public.mv_key", "create unique index a on public.mv (id, orden) nulls not distinct");
  expect(await warnings(true)).toEqual([]);
});

test("of several the first by name is taken, and the declared name goes before all", async (database) => {
  await run(
    database,
    "create unique index b on public.mv (id, orden)",
    "create unique index a on public.mv (id, orden) nulls not distinct with (fillfactor = 80)",
  );
  expect(statements(await preview(database, true))).toEqual(["alter index public.a rename to mv_key"]);
  await run(database, "create unique index mv_key on public.mv (id, orden)");
  expect(await preview(database, true)).toMatchObject({ steps: [], warnings: [] });
});

plain.each([
  ["on other columns", "create unique index a on public.mv (orden, id)"],
  ["that is not unique", "create index a on public.mv (id, orden)"],
  ["of some rows", "create unique index a on public.mv (id, orden) where id > 0"],
  ["in another order", "create unique index a on public.mv (id, orden desc)"],
  ["with more columns", "create unique index a on public.mv (id, orden) include (nombre)"],
  ["on an expression", "create unique index a on public.mv (id, (orden + 0))"],
  [
    "of another view",
    "create materialized view public.otra as table public.mv",
    "create unique index a on public.otra (id, orden)",
  ],
  [
    "that another stack manages",
    "create unique index a on public.mv (id, orden)",
    `comment on index public.a is '${joinComment(null, newClaim({ project: "p", stack: "s", resource: "r" })) ?? ""}'`,
  ],
  [
    "that is not valid",
    "create unique index a on public.mv (id, orden)",
    "update pg_index set indisvalid = false where indexrelid = 'public.a'::regclass",
  ],
])("one %s is left alone, also with adopt", async (_what, ...made) => {
  await withView(async (database) => {
    await run(database, ...made);
    expect((await preview(database, true)).steps.map(({ action }) => action)).toEqual(["build index"]);
  });
});

test("a name that something else bears is refused as before", async (database) => {
  await run(database, "create unique index a on public.mv (id, orden)", "create table public.mv_key (id int)");
  expect((await preview(database, true)).refusals).toEqual([
    "public.mv_key exists and is no index; declare another name for the index",
  ]);
});

test("a swap carries it over, builds no second one, and what comes after finds nothing to do", async (database) => {
  await run(database, "create unique index a_mano on public.mv (id, orden) with (fillfactor = 80)");
  const { applied, rest } = await change(database, CHANGED, VIEW);
  expect([applied.steps.map(({ action }) => action), rest]).toEqual([["swap"], CONVERGED]);
  expect(await indexes(database)).toEqual([["a_mano", undefined]]);
  expect(await one(database, "select pg_get_indexdef('public.a_mano'::regclass)")).toBe(
    "CREATE UNIQUE INDEX a_mano ON public.mv USING btree (id, orden) NULLS NOT DISTINCT WITH (fillfactor='80')",
  );
  expect(await preview(database)).toMatchObject({ steps: [], refusals: [] });
  await run(database, "refresh materialized view concurrently public.mv");
});
