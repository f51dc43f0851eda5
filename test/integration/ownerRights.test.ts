import { expect } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { foreseeView, preflightView } from "../../kinds/materializedView/preflight.ts";
import { ownerRoleKind } from "../../kinds/ownerRole/kind.ts";
import { sourceGrantKind } from "../../kinds/sourceGrant/kind.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { entry } from "../support/stateEntry.ts";
import { change, run, withViewSession } from "../support/viewChange.ts";

const VIEW: DesiredView = { schema: "own", name: "mv", definition: "select id, n from raw.t", uniqueKey: ["id"] };

const test = testsWith((use: (database: TestDatabase, owner: string) => Promise<void>) =>
  withDatabase(
    async (database) => {
      const owner = await database.createRole({ prefix: "o" });
      await run(
        database,
        "create schema raw",
        "create schema own",
        "create table raw.t (id int primary key, n text not null, m int not null default 1)",
        "insert into raw.t values (1, 'a')",
        `grant select on raw.t to ${owner}`,
        `grant usage on schema own to ${owner}`,
        "create function raw.f(x text) returns text language sql immutable return upper(x)",
        "revoke execute on function raw.f from public",
      );
      await use(database, owner);
    },
    { template: "empty" },
  ),
);

/** What a deploy is refused for, which its preview says as well. */
async function refusals(database: TestDatabase, desired: DesiredView, previous?: DesiredView): Promise<string[]> {
  return withViewSession(database, async (session) => {
    const refused = await preflightView(session, desired, previous);
    const seen = { previous, actual: undefined, plan: { steps: [], differences: [] } };
    expect((await foreseeView(session, desired, new Set(), seen)).refusals).toEqual(refused);
    return refused;
  });
}

test("the use of a source's schema is not demanded: view and runs are as they should be", async (database, owner) => {
  expect(await refusals(database, { ...VIEW, owner })).toEqual([]);
  const { rest } = await change(database, { ...VIEW, owner });
  expect(rest.steps).toEqual([]);
  await run(
    database,
    "create unique index on own.mv (id)",
    `set role ${owner}`,
    "refresh materialized view own.mv",
    "refresh materialized view concurrently own.mv",
    "reset role",
  );
});

test("a view that is taken over without a declared owner is judged by the owner that it has, also where it is renamed", async (database, owner) => {
  await run(
    database,
    "create materialized view own.mv as select id, n from raw.t",
    `alter materialized view own.mv owner to ${owner}`,
    `revoke select on raw.t from ${owner}`,
  );
  const refused = [
    `role ${owner} owns the view and may not read raw.t, so that every refresh would fail: grant select on table raw.t to ${owner}`,
  ];
  expect(await refusals(database, VIEW)).toEqual(refused);
  expect(await refusals(database, { ...VIEW, name: "otra" }, VIEW)).toEqual(refused);
  await expect(entry(database, "view", "mv").create({ ...VIEW, adopt: true })).rejects.toThrow(refused[0]);
  await run(database, `grant select on raw.t to ${owner}`);
  expect(await refusals(database, VIEW)).toEqual([]);
});

test("what the owner may not call is refused before anything is made", async (database, owner) => {
  const calling = { ...VIEW, owner, definition: "select id, raw.f(n) as n from raw.t" };
  const refused =
    `role ${owner} owns the view and lacks execute on function raw.f(text), so that every refresh would fail: ` +
    `grant execute on function raw.f(text) to ${owner}`;
  expect(await refusals(database, calling)).toEqual([refused]);
  await expect(entry(database, "view", "mv").create(calling)).rejects.toThrow(refused);
  await run(database, `grant execute on function raw.f(text) to ${owner}`);
  expect(await refusals(database, calling)).toEqual([]);
  expect((await change(database, calling)).rest.steps).toEqual([]);
});

test("each right that a concurrent refresh needs besides is named with the statement that gives it", async (database, owner) => {
  await run(
    database,
    `revoke usage on schema own from ${owner}`,
    `revoke temporary on database ${database.name} from public`,
    'create role "O\'Brien"',
    "create view raw.w as select id, n from raw.t",
    'alter view raw.w owner to "O\'Brien"',
    `grant select on raw.w to ${owner}`,
  );
  database.ownRole('"O\'Brien"');
  const desired = { ...VIEW, owner, definition: "select id, n from raw.w" };
  const refused = await refusals(database, desired);
  expect(refused.map((line) => line.split(", so that every refresh would fail: ")[0])).toEqual([
    "role O'Brien owns a plain view that it reads, and may not read raw.t",
    `role ${owner} owns the view and lacks usage on schema own`,
    `role ${owner} owns the view and lacks temporary on database ${database.name}`,
  ]);
  // Each as it is printed.
  for (const line of refused) await run(database, line.split("would fail: ")[1] ?? "");
  expect(await refusals(database, desired)).toEqual([]);
});

test("the Platform gives the use of the views' schemas also as superuser, and demands no use of the sources' schemas", async (database, owner) => {
  const deployer = await database.createRole();
  await run(
    database,
    `revoke usage on schema own from ${owner}`,
    `revoke select on raw.t from ${owner}`,
    `grant select on raw.t to ${deployer} with grant option`,
  );
  const desired = { owner, schemas: ["own"], sources: [], observers: [] };
  const role = await withViewSession(database, async (session) => {
    const [actual] = await ownerRoleKind.describe(session, [desired]);
    return ownerRoleKind.plan({ desired, previous: undefined, actual, capabilities: session.capabilities });
  });
  expect(role.steps.flatMap(({ sql }) => sql)).toContain(`grant usage on schema own to ${owner}`);

  const grant = { owner, schema: "raw", objects: ["t"] };
  const planned = await withViewSession(
    database,
    async (session) => {
      const [actual] = await sourceGrantKind.describe(session, [grant]);
      return sourceGrantKind.plan({ desired: grant, previous: undefined, actual, capabilities: session.capabilities });
    },
    deployer,
  );
  expect(planned).toMatchObject({ differences: [] });
  expect(planned.refusals).toBeUndefined();
  expect(planned.steps.flatMap(({ sql }) => sql)).toEqual([`grant select on table raw.t to ${owner}`]);
});
