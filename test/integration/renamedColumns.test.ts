import { expect } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { change, planChange, propertiesOf, run, withViewSession } from "../support/viewChange.ts";

const OLD: DesiredView = {
  schema: "public",
  name: "mv",
  definition: "select t.id, upper(t.n) as n, t.m from public.t where m > 0",
  allowColumnChanges: true,
};
const TO_READER = "select (n) to";

const test = testsWith((use: (database: TestDatabase, reader: string) => Promise<void>) =>
  withDatabase(
    async (database) => {
      const reader = await database.createRole({ prefix: "reader" });
      await run(
        database,
        "create table public.t (id int primary key, n text not null, m int not null default 1)",
        "create table public.secret (id int primary key, n text not null, m int not null default 1)",
        "insert into public.t values (1, 'a')",
        "insert into public.secret values (1, 'a')",
      );
      await change(database, OLD);
      await run(
        database,
        "refresh materialized view public.mv",
        `grant select (n) on public.mv to ${reader}`,
        "comment on column public.mv.n is 'the name'",
      );
      await use(database, reader);
    },
    { template: "empty" },
  ),
);

async function swapReason(database: TestDatabase, definition: string): Promise<string> {
  const { steps, refusals = [] } = await withViewSession(database, (session) =>
    planChange(session, { ...OLD, definition }, OLD),
  );
  expect(refusals).toEqual([]);
  return steps.map(({ reason }) => reason).join();
}

async function columnsOf(database: TestDatabase): Promise<object> {
  const { columns } = await propertiesOf(database, "public", "mv");
  return Object.fromEntries(
    columns.map(({ name, comment, grants }) => [name, [comment, ...grants.map(({ grantee }) => grantee)]]),
  );
}

test("a column that only has another name keeps its grant and its comment, and the plan says so", async (database, reader) => {
  const definition = 'select id, upper(n) as "El nombre", m, 1 as one from public.t t';
  expect(await swapReason(database, definition)).toBe(
    "definition differs; column n becomes El nombre and keeps what it has",
  );
  expect((await change(database, { ...OLD, definition }, OLD)).rest.steps).toEqual([]);
  expect(await columnsOf(database)).toEqual({ id: [null], "El nombre": ["the name", reader], m: [null], one: [null] });
});

for (const [title, definition] of [
  ["another expression", "select t.id, lower(t.n) as nombre, t.m from public.t where m > 0"],
  ["another place", "select t.id, t.m, upper(t.n) as nombre from public.t where m > 0"],
  ["another source of the same name", "select t.id, upper(t.n) as nombre, t.m from public.secret t where m > 0"],
  ["another query of the same name", "with t as (select * from public.secret) select id, upper(n) as nombre, m from t"],
  ["one arm of a union", "select id, upper(n) as nombre, m from public.t union all select id, n, m from public.secret"],
] as const) {
  test(`a column that has ${title} is another one: what is lost is named, and given to nobody`, async (database, reader) => {
    expect(await swapReason(database, definition)).toContain(
      `; lost with its column: grant ${TO_READER} ${reader} by postgres`,
    );
    expect((await change(database, { ...OLD, definition }, OLD)).rest.steps).toEqual([]);
    expect(Object.values(await columnsOf(database)).flat()).not.toContain(reader);
  });
}

test("two columns that change their names with each other keep what their names have", async (database, reader) => {
  const definition = "select t.id, upper(t.n) as m, t.m as n from public.t where m > 0";
  expect(await swapReason(database, definition)).toBe("definition differs");
  expect((await change(database, { ...OLD, definition }, OLD)).rest.steps).toEqual([]);
  expect(await columnsOf(database)).toMatchObject({ n: ["the name", reader] });
});
