import { describe, expect, test } from "@jest/globals";
import { secret, unknownValue, type Properties } from "../../doubles/values.ts";
import { uniqueName } from "../../support/database.ts";
import { testsWith } from "../../support/lent.ts";
import { visible } from "../../support/plugin.ts";
import { candidates } from "./plugins.ts";
import { same, some, urnOf, withPluginAlone, withPluginAndDatabase } from "./postgresqlPlugin.ts";

const extension = urnOf("Extension");
const role = urnOf("Role");
const grantRole = urnOf("GrantRole");

describe.each(candidates("postgresql"))("@pulumi/postgresql, the $which", ({ run }) => {
  const configured = (action: Parameters<typeof withPluginAndDatabase>[1]) => withPluginAndDatabase(run, action);
  const it = testsWith(configured);
  const alone = (action: Parameters<typeof withPluginAlone>[1]) => withPluginAlone(run, action);

  describe("Extension", () => {
    it("is created in the database, read with schema and version, moved to another schema, and dropped", async (plugin, {
      name,
      client,
    }) => {
      const { inputs } = await plugin.check(extension, { name: "pg_trgm" });
      const { id, state } = await plugin.create(extension, inputs);
      expect(id).toBe(`${name}.pg_trgm`);
      const known = { name: "pg_trgm", database: name, schema: "public", createCascade: false, dropCascade: false };
      expect(visible(state)).toEqual({ ...known, version: expect.stringMatching(/^\d/) });
      await client.query("create schema elsewhere");
      const news = { ...inputs, schema: "elsewhere" };
      const moved = await plugin.update(extension, id, state, inputs, news);
      expect(visible(moved)).toMatchObject({ schema: "elsewhere" });
      const read = await plugin.read(extension, id, state, inputs);
      expect(read.id).toBe(id);
      expect(visible(read.state)).toEqual(visible(moved));
      expect(visible(read.inputs)).toEqual({ name: "pg_trgm" });
      await plugin.delete(extension, id, moved);
      expect((await plugin.read(extension, id, moved, news)).id).toBe("");
    });

    it("is taken over where it exists already", async (plugin, { client }) => {
      await client.query("create extension pg_trgm");
      const { inputs } = await plugin.check(extension, { name: "pg_trgm" });
      expect(visible((await plugin.create(extension, inputs)).state)).toMatchObject({ name: "pg_trgm" });
    });

    it("is taken over, read and let go by a role that may create nothing", async (_plugin, database) => {
      await database.client.query("create extension pg_trgm");
      const username = await database.createRole();
      await run(async (plugin) => {
        const { host, port } = database.server;
        const where = { host, port: String(port), database: database.name, sslmode: "disable" };
        await plugin.configure({
          ...where,
          username,
          password: database.server.password(username),
          superuser: "false",
        });
        const { inputs } = await plugin.check(extension, { name: "pg_trgm" });
        const { id, state } = await plugin.create(extension, inputs);
        expect(visible((await plugin.read(extension, id, state, inputs)).inputs)).toEqual({ name: "pg_trgm" });
        await expect(plugin.create(extension, { name: "file_fdw" })).rejects.toThrow(
          'permission denied to create extension "file_fdw"',
        );
      });
    });

    it("has what the server decides unknown in a preview", async (plugin) => {
      const { state } = await plugin.create(extension, { name: "pg_trgm", schema: "public" }, true);
      const known = { name: "pg_trgm", schema: "public", createCascade: false, dropCascade: false };
      expect(visible(state)).toEqual({ ...known, database: unknownValue, version: unknownValue });
    });

    test.each([
      ["nothing", {}, { ...same, deleteBeforeReplace: false }],
      ["the values that it has", { schema: "public" }, { ...same, deleteBeforeReplace: false }],
      ["another schema", { schema: "x" }, { ...some({ schema: "update" }), deleteBeforeReplace: false }],
      ["another version", { version: "0" }, { ...some({ version: "update" }), deleteBeforeReplace: false }],
      ["another name", { name: "x" }, { ...some({ name: "update_replace" }), deleteBeforeReplace: true }],
      ["another database", { database: "x" }, { ...some({ database: "update_replace" }), deleteBeforeReplace: true }],
      [
        "another way to drop",
        { dropCascade: true },
        { ...some({ dropCascade: "update" }), deleteBeforeReplace: false },
      ],
    ])("sees %s for what it is", async (_what, changed, expected) => {
      await alone(async (plugin) => {
        const name = "app";
        const { inputs } = await plugin.check(extension, { name: "pg_trgm" });
        const state = {
          ...inputs,
          database: name,
          schema: "public",
          version: "1.6",
          createCascade: false,
          dropCascade: false,
        };
        expect(await plugin.diff(extension, "id", state, inputs, { ...inputs, ...changed })).toEqual(expected);
      });
    });

    it("fails with the server's words", async (plugin) => {
      await expect(plugin.create(extension, { name: "no_such" })).rejects.toThrow(/no_such/);
      await expect(plugin.create(extension, { name: "pg_cron" })).rejects.toThrow(
        /can only create extension in database postgres/,
      );
    });
  });

  describe("Role", () => {
    const usual = {
      superuser: false,
      createDatabase: false,
      createRole: false,
      replication: false,
      bypassRowLevelSecurity: false,
      inherit: true,
      connectionLimit: -1,
      validUntil: "infinity",
      encryptedPassword: true,
      skipDropRole: false,
      skipReassignOwned: false,
    };
    const known = [...Object.keys(usual), "name", "login", "password", "roles"];
    const supported = (properties: Properties) =>
      Object.fromEntries(Object.entries(properties).filter(([name]) => known.includes(name)));

    it("adds the defaults that are not empty to the inputs, and closes the password", async (plugin) => {
      const { inputs } = await plugin.check(role, { name: "r", login: true, password: "pw", roles: null });
      const added = { inherit: true, connectionLimit: -1, validUntil: "infinity", encryptedPassword: true };
      expect(visible(inputs)).toEqual({ name: "r", login: true, password: secret("pw"), ...added });
    });

    it("is created as declared, and a login with its password works", async (plugin, database) => {
      const name = uniqueName("role");
      database.ownRole(name);
      const password = database.server.password(name);
      const { inputs } = await plugin.check(role, { name, login: true, password: secret(password) });
      const { id, state } = await plugin.create(role, inputs);
      expect(id).toBe(name);
      expect(supported(state)).toEqual({ ...usual, name, login: true, password: secret(password) });
      await expect(plugin.create(role, inputs)).rejects.toThrow(`role "${name}" already exists`);
      expect((await plugin.diff(role, id, state, inputs, inputs)).changes).toBe("none");
    });

    it("shows what was changed by hand, property by property, and puts it right", async (plugin, database) => {
      const [name, other] = [await database.createRole(), await database.createRole()];
      const { inputs } = await plugin.check(role, { name, login: true });
      const state = { ...usual, name, login: true, roles: [] };
      const { client } = database;
      await client.query(`alter role ${name} nologin createdb connection limit 5; grant ${other} to ${name}`);
      const found = await plugin.read(role, name, state, inputs);
      const changed = { login: false, createDatabase: true, connectionLimit: 5, roles: [other] };
      expect(supported(found.state)).toEqual({ ...usual, ...changed, name });
      expect(visible(found.inputs)).toEqual({ ...visible(inputs), login: false, connectionLimit: 5 });
      expect((await plugin.diff(role, name, found.state, found.inputs, inputs)).detailed).toEqual({
        login: "update",
        createDatabase: "update",
        connectionLimit: "update",
        roles: "delete",
      });
      const healed = await plugin.update(role, name, found.state, found.inputs, inputs);
      expect(supported(healed)).toEqual(state);
      expect((await plugin.read(role, name, healed, inputs)).state).toMatchObject(state);
    });

    it("notices a password that is gone, and takes one that is there for the declared one", async (plugin, database) => {
      const name = await database.createRole();
      const inputs = { name, login: true, password: secret("declared") };
      const state = { ...usual, ...inputs };
      expect((await plugin.read(role, name, state, inputs)).inputs).toMatchObject({ password: secret("declared") });
      await database.client.query(`alter role ${name} password null`);
      expect((await plugin.read(role, name, state, inputs)).inputs).toMatchObject({ password: secret("") });
    });

    it("is renamed in place and keeps its password", async (plugin, database) => {
      const [name, renamed] = [await database.createRole(), uniqueName("renamed")];
      database.ownRole(renamed);
      const inputs = { name, login: true, password: secret(database.server.password(renamed)) };
      const state = { ...usual, ...inputs };
      const news = { ...inputs, name: renamed };
      expect(await plugin.diff(role, name, state, inputs, news)).toMatchObject(some({ name: "update" }));
      expect(supported(await plugin.update(role, name, state, inputs, news))).toMatchObject({ name: renamed });
      const { rows } = await database.client.query<{ kept: boolean }>(
        "select passwd is not null as kept from pg_catalog.pg_shadow where usename = $1",
        [renamed],
      );
      expect(rows).toEqual([{ kept: true }]);
    });

    it("is made a member of the declared roles and of no others", async (plugin, database) => {
      const [name, a, b] = [await database.createRole(), await database.createRole(), await database.createRole()];
      await database.client.query(`grant ${a} to ${name}`);
      const inputs = { name, login: true };
      const state = { ...usual, ...inputs, roles: [a] };
      const after = await plugin.update(role, name, state, inputs, { ...inputs, roles: [b] });
      expect(after["roles"]).toEqual([b]);
    });

    it("gives what it owned to the connecting role before it is dropped, and is gone then", async (plugin, database) => {
      const name = uniqueName("role");
      database.ownRole(name);
      await database.client.query(`create role ${name}; create table owned (); alter table owned owner to ${name}`);
      const found = await plugin.read(role, name, { name }, { name });
      await plugin.delete(role, name, found.state);
      const sql = "select tableowner from pg_catalog.pg_tables where tablename = 'owned'";
      expect((await database.client.query(sql)).rows).toEqual([{ tableowner: "postgres" }]);
      expect((await plugin.read(role, name, found.state, { name })).id).toBe("");
    });
  });

  describe("GrantRole", () => {
    it("makes a role a member, sees that it no longer is one, and ends the membership", async (plugin, database) => {
      const [member, group] = [await database.createRole(), await database.createRole()];
      const inputs = { role: member, grantRole: group };
      const { id, state } = await plugin.create(grantRole, inputs);
      expect(id).toBe(`${member}_${group}_false`);
      expect(visible(state)).toEqual({ ...inputs, withAdminOption: false });
      expect(visible((await plugin.read(grantRole, id, state, inputs)).inputs)).toEqual(inputs);
      for (const changed of [{ role: "x" }, { grantRole: "x" }, { withAdminOption: true }]) {
        const [property] = Object.keys(changed);
        const diff = await plugin.diff(grantRole, id, state, inputs, { ...inputs, ...changed });
        expect(diff).toEqual({ ...some({ [property!]: "update_replace" }), deleteBeforeReplace: false });
      }
      await plugin.delete(grantRole, id, state);
      expect((await plugin.read(grantRole, id, state, inputs)).id).toBe("");
    });
  });
});
