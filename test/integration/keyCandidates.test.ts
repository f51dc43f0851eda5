import { expect, test as plain } from "@jest/globals";
import { findKeys } from "../../kinds/materializedView/lint/keyCandidates.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";

const VIEW = { schema: "public", name: "mv" };
const ROWS = `select g as "Número; drop", g % 10 as tens, g / 10 as rest, null::integer as never, '{}'::json as doc, g::varchar(5) as code,
  array[g] as list, (g % 2 = 0) as even from generate_series(0, 99) g`;

const test = testsWith(withDatabase);

test("keys are looked for in the view, or in what its definition gives where there is none or no data", async ({
  client,
}) => {
  const both = { outcome: "found", keys: [["Número; drop"], ["code"]], rows: 100 };
  expect(await findKeys(client, VIEW, { definition: ROWS })).toEqual(both);
  await client.query(`create materialized view public.mv as ${ROWS} with no data`);
  expect(await findKeys(client, VIEW, { definition: ROWS })).toEqual(both);
  await client.query("refresh materialized view public.mv");
  await client.query("analyze public.mv");
  expect(await findKeys(client, VIEW, { definition: "select 1 as other" })).toEqual(both);
  const { rows } = await client.query("select count(*)::int as left from pg_class where relname like 'matview%'");
  expect(rows).toEqual([{ left: 0 }]);
});

plain.each([
  [
    "a pair",
    `select tens, rest, never, doc, even from (${ROWS}) q`,
    { outcome: "found", keys: [["tens", "rest"]], rows: 100 },
  ],
  [
    "none, as a null is in no key",
    `select nullif(tens, 3) as tens, rest, even from (${ROWS}) q`,
    { outcome: "none", rows: 100 },
  ],
  ["none in types that no index holds", `select doc, doc as other from (${ROWS}) q`, { outcome: "none", rows: 0 }],
  [
    "unknown without rows",
    `select * from (${ROWS}) q where false`,
    { outcome: "unknown", reason: "there are no rows to tell it by" },
  ],
  [
    "unknown where a row fails, without what it quotes of the data",
    "select (g || ' Juan')::int as g from generate_series(1, 9) g",
    { outcome: "unknown", reason: "a row cannot be computed [22P02]" },
  ],
  [
    "unknown where it takes too long",
    "select g, pg_sleep(0.1) is null as slow from generate_series(1, 1000) g",
    { outcome: "unknown", reason: "canceling statement due to statement timeout [57014]" },
  ],
])("%s", async (_title, definition, expected) => {
  await withDatabase(async ({ client }) => {
    expect(await findKeys(client, VIEW, { definition })).toEqual(expected);
    expect((await client.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
  });
});

test("a query that would write is not run", async ({ client }) => {
  await client.query("create sequence public.numbers");
  expect(
    await findKeys(client, VIEW, { definition: "select nextval('public.numbers') as n from generate_series(1, 9)" }),
  ).toEqual({
    outcome: "unknown",
    reason: "cannot execute nextval() in a read-only transaction [25006]",
  });
  expect((await client.query("select is_called from public.numbers")).rows).toEqual([{ is_called: false }]);
});

test("a role that may not read is told so", async (database) => {
  const reader = await database.createRole();
  await withClient(database.server.url(database.name, reader), async (client) => {
    expect(await findKeys(client, VIEW, { definition: "select id from public.ejecutivos" })).toEqual({
      outcome: "unknown",
      reason: "permission denied for table ejecutivos [42501]",
    });
  });
});
