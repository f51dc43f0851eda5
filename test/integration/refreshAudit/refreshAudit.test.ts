import { expect, jest, test as plain } from "@jest/globals";
import { recordFunction, recordTable } from "../../../kinds/refreshAudit/names.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import { AuditDeploy } from "../../support/auditDeploy.ts";
import { withDatabase } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { testsWith } from "../../support/lent.ts";

jest.setTimeout(60_000);

interface Scene extends TestDatabase {
  readonly owner: string;
  readonly observer: string;
  readonly table: string;
  readonly recorder: string;
  readonly deploy: AuditDeploy;
}

const TYPES = "text, text, text, boolean, bigint, bigint";

/** A database with a view of the owner. The view's database is not pg_cron's here. */
async function withScene(action: (scene: Scene) => Promise<void>): Promise<void> {
  await withDatabase(
    async (database) => {
      const [owner, observer] = [await database.createRole(), await database.createRole()];
      await database.client.query(`create materialized view public.numeros as select 1 as id`);
      await database.client.query(`alter materialized view public.numeros owner to ${owner}`);
      const [table, recorder] = [`matview.${recordTable(owner)}`, `matview.${recordFunction(owner)}`];
      await action({ ...database, owner, observer, table, recorder, deploy: new AuditDeploy(database.url) });
    },
    { template: "empty" },
  );
}

function as<Row extends object>({ server, name }: Scene, role: string, text: string): Promise<Row[]> {
  return withClient(server.url(name, role), async (client) => (await client.query<Row>(text)).rows);
}

const recordAs = (scene: Scene, role: string, view = "numeros", reason = "'prueba'"): Promise<object[]> =>
  as(scene, role, `select ${scene.recorder}('public', '${view}', ${reason}, true, 12, 1)`);

const test = testsWith(withScene);

test("is installed beside the view, is converged at once, and is taken over where it is identical", async ({
  deploy,
  owner,
  observer,
}) => {
  const declared = { owner, observers: [observer] };
  expect(await deploy.planAgain(declared)).toEqual(["install: is not there"]);
  const state = await deploy.create(declared);
  expect(await deploy.planAgain(declared)).toEqual([]);
  expect(await deploy.read(state)).toEqual(declared);
  expect(await deploy.create(declared)).toEqual(state);
});

test("records who logged in, whatever role they act as, and shows it to owner and observers only", async (scene) => {
  const { owner, observer, table, deploy, client } = scene;
  await deploy.create({ owner, observers: [observer] });
  const member = await scene.createRole();
  await client.query(`grant ${owner} to ${member}`);
  await withClient(scene.server.url(scene.name, member), async (connection) => {
    await connection.query(`set role ${owner}`);
    await connection.query(`select ${scene.recorder}('public', 'numeros', 'prueba', true, 12, 1)`);
  });
  const recorded = [{ refreshed_by: member, view_name: "numeros", reason: "prueba", milliseconds: "12" }];
  const question = `select refreshed_by, view_name, reason, milliseconds from ${table}`;
  expect(await as(scene, observer, question)).toEqual(recorded);
  expect(await as(scene, owner, question)).toEqual(recorded);
  const stranger = await scene.createRole();
  await expect(as(scene, stranger, question)).rejects.toMatchObject({ code: "42501" });
  await expect(as(scene, observer, `delete from ${table}`)).rejects.toMatchObject({ code: "42501" });
});

test("takes records from those only who may refresh the view, of that owner's views only, with a reason of bounded length", async (scene) => {
  const { owner, observer, table, deploy, client } = scene;
  await deploy.create({ owner, observers: [observer] });
  await client.query("create materialized view public.ajena as select 1 as id");
  await expect(recordAs(scene, observer)).rejects.toThrow(`${observer} may not refresh public.numeros`);
  await expect(recordAs(scene, owner, "ajena")).rejects.toThrow(`${owner} owns no materialized view public.ajena`);
  await expect(recordAs(scene, owner, "nada")).rejects.toThrow(`${owner} owns no materialized view public.nada`);
  await expect(recordAs(scene, owner, "numeros", "repeat('ñ', 501)")).rejects.toThrow(
    "a reason has at most 500 characters",
  );
  await recordAs(scene, owner, "numeros", "repeat('ñ', 500)");
  await recordAs(scene, owner, "numeros", "null");
  expect((await client.query(`select char_length(reason) as length from ${table} order by 1`)).rows).toEqual([
    { length: 500 },
    { length: null },
  ]);
});

const DRIFTS: readonly [string, string, (scene: Scene) => string][] = [
  ["a table that is missing", "table or function is missing", ({ table }) => `drop table ${table}`],
  [
    "a function that is missing",
    "table or function is missing",
    ({ recorder }) => `drop function ${recorder}(${TYPES})`,
  ],
  ["a column that is missing", "column reason", ({ table }) => `alter table ${table} drop column reason`],
  ["row security", "row security", ({ table }) => `alter table ${table} enable row level security`],
  ["rights to write", "observers", ({ table, observer }) => `grant insert on ${table} to ${observer}`],
  ["rights of the caller", "record_refresh()", ({ recorder }) => `alter function ${recorder} security invoker`],
  ["a search path", "record_refresh()", ({ recorder }) => `alter function ${recorder} set search_path = public`],
  ["an owner of the table", "owner of", ({ table }) => `alter table ${table} owner to postgres`],
  ["an owner of the function", "owner of", ({ recorder }) => `alter function ${recorder} owner to postgres`],
  ["a closed function", "callers of", ({ recorder }) => `revoke execute on function ${recorder} from public`],
];

plain.each(DRIFTS)("shows and heals %s, and keeps what is recorded elsewhere", async (_what, shown, statement) => {
  await withScene(async (scene) => {
    const { owner, observer, table, deploy, client } = scene;
    const declared = { owner, observers: [observer] };
    const state = await deploy.create(declared);
    await recordAs(scene, owner);
    const drop = statement(scene);
    await client.query(drop);
    const read = (await new AuditDeploy(scene.url).read(state)) as { changed: string };
    expect(read).toMatchObject({ owner, changed: expect.stringContaining(shown) });
    await deploy.update(state, declared);
    expect(await deploy.planAgain(declared)).toEqual([]);
    expect(await new AuditDeploy(scene.url).read(state)).toEqual(declared);
    await recordAs(scene, owner);
    const { rows } = await client.query<{ rows: number }>(`select count(*)::int as rows from ${table}`);
    expect(rows).toEqual([{ rows: drop === `drop table ${table}` ? 1 : 2 }]);
  });
});

test("gives the record to new observers and takes it from old ones and from everybody", async (scene) => {
  const { owner, observer, table, deploy, client } = scene;
  const state = await deploy.create({ owner, observers: [] });
  await client.query(`grant select on ${table} to public, ${observer}`);
  expect(await deploy.read(state)).toEqual({ owner, observers: [observer, "public"].sort() });
  const other = await scene.createRole();
  await deploy.update(state, { owner, observers: [other] });
  expect(await as(scene, other, `select * from ${table}`)).toEqual([]);
  await expect(as(scene, observer, `select * from ${table}`)).rejects.toMatchObject({ code: "42501" });
});

test("refuses a table that it would have to throw away, and one of somebody else", async ({
  deploy,
  owner,
  table,
  client,
}) => {
  const declared = { owner, observers: [] };
  const state = await deploy.create(declared);
  await client.query(`alter table ${table} alter column milliseconds type text`);
  await expect(deploy.update(state, declared)).rejects.toThrow(
    `${table} is not the table that the module made (column milliseconds: declared bigint, found text), and what it holds is not thrown away: rename it or move it to another schema, and deploy again`,
  );
  await client.query(`alter table ${table} rename to guardada`);
  await deploy.update(state, declared);
  await deploy.delete(state);
  await client.query(`alter table ${table} owner to postgres`);
  await expect(deploy.create(declared)).rejects.toThrow(
    `owner of ${recordTable(owner)}: declared ${owner}, found postgres`,
  );
});

test("keeps what is recorded when it is destroyed, for the owner alone, and goes on with it later", async (scene) => {
  const { owner, observer, table, deploy, client } = scene;
  const state = await deploy.create({ owner, observers: [observer] });
  await recordAs(scene, owner);
  // While the owner has views, another stack's refreshes may be recorded here too.
  await deploy.delete(state);
  await recordAs(scene, owner);
  await client.query("alter materialized view public.numeros owner to postgres");
  await deploy.delete(state);
  await client.query(`alter materialized view public.numeros owner to ${owner}`);
  await expect(recordAs(scene, owner)).rejects.toMatchObject({ code: "42883" });
  await expect(as(scene, observer, `select * from ${table}`)).rejects.toMatchObject({ code: "42501" });
  await deploy.delete(state);
  // Observers that are missing are no difference: the table is taken over as it was left.
  await deploy.create({ owner, observers: [observer] });
  await recordAs(scene, owner);
  expect(await as(scene, observer, `select reason from ${table}`)).toEqual([
    { reason: "prueba" },
    { reason: "prueba" },
    { reason: "prueba" },
  ]);
});

test("works for an owner with a long and a strange name", async (scene) => {
  const { client, deploy } = scene;
  const owner = `Dueño "de" ${"x".repeat(30)}${scene.owner.slice(-10)}`;
  await client.query(`create role "${owner.replaceAll('"', '""')}"`);
  scene.ownRole(owner);
  const state = await deploy.create({ owner, observers: [scene.observer] });
  expect(await deploy.read(state)).toEqual({ owner, observers: [scene.observer] });
  expect(await deploy.planAgain({ owner, observers: [scene.observer] })).toEqual([]);
});
