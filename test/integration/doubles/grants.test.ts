import { describe, expect, test } from "@jest/globals";
import type { Properties } from "../../doubles/values.ts";
import { uniqueName } from "../../support/database.ts";
import { testsWith } from "../../support/lent.ts";
import { visible } from "../../support/plugin.ts";
import { candidates } from "./plugins.ts";
import { same, some, urnOf, withPluginAlone, withPluginAndDatabase } from "./postgresqlPlugin.ts";

const grant = urnOf("Grant");

describe.each(candidates("postgresql"))("@pulumi/postgresql, the $which", ({ run }) => {
  const configured = (action: Parameters<typeof withPluginAndDatabase>[1]) => withPluginAndDatabase(run, action);
  const it = testsWith(configured);
  const alone = (action: Parameters<typeof withPluginAlone>[1]) => withPluginAlone(run, action);

  describe("Grant", () => {
    const schemaOfTest =
      "create table a (i int); create table b (i int); create function f(int) returns int language sql return 1";

    test.each([
      [
        "named tables",
        { objectType: "table", objects: ["b", "a"], privileges: ["SELECT", "INSERT"] },
        "revoke select on a from",
        ["INSERT"],
      ],
      ["all tables of a schema", { objectType: "table", privileges: ["SELECT"] }, "revoke select on b from", []],
      [
        "a schema",
        { objectType: "schema", privileges: ["USAGE", "CREATE"] },
        "revoke create on schema public from",
        ["USAGE"],
      ],
      [
        "a function",
        { objectType: "function", objects: ["f"], privileges: ["EXECUTE"] },
        "revoke all on function f from",
        [],
      ],
    ])("of %s shows what was taken away by hand, and puts it right", async (_what, declared, takeAway, left) => {
      await configured(async (plugin, database) => {
        await database.client.query(schemaOfTest);
        const name = await database.createRole();
        const { inputs } = await plugin.check(grant, {
          role: name,
          database: database.name,
          schema: "public",
          ...declared,
        });
        const { id, state } = await plugin.create(grant, inputs);
        const inOrder = inSortedOrder({ ...declared });
        expect(visible(state)).toEqual({ ...visible(inputs), ...inOrder, withGrantOption: false });
        expect(await plugin.diff(grant, id, state, inputs, inputs)).toMatchObject(same);
        expect(visible((await plugin.read(grant, id, state, inputs)).state)).toEqual(visible(state));
        await database.client.query(`${takeAway} ${name}`);
        const found = await plugin.read(grant, id, state, inputs);
        expect(visible(found.inputs)).toEqual({ ...visible(inputs), ...inOrder, privileges: left });
        expect((await plugin.diff(grant, id, found.state, found.inputs, inputs)).changes).toBe("some");
        expect(visible(await plugin.update(grant, id, found.state, found.inputs, inputs))).toEqual(visible(state));
        expect(visible((await plugin.read(grant, id, state, inputs)).state)).toEqual(visible(state));
      });
    });

    it("takes what the role had besides: not at its creation, but at the change that a read of it brings", async (plugin, database) => {
      await database.client.query(schemaOfTest);
      const name = await database.createRole();
      await database.client.query(`grant insert on a to ${name}`);
      const held = async (): Promise<unknown> =>
        (await database.client.query(`select has_table_privilege('${name}', 'a', 'insert') as held`)).rows[0];
      const news = { role: name, database: database.name, schema: "public", objectType: "table", objects: ["a"] };
      const { inputs } = await plugin.check(grant, { ...news, privileges: ["SELECT"] });
      const { id, state } = await plugin.create(grant, inputs);
      expect(await held()).toEqual({ held: true });
      const found = await plugin.read(grant, id, state, inputs);
      expect(found.state["privileges"]).toEqual(["INSERT", "SELECT"]);
      await plugin.update(grant, id, found.state, found.inputs, inputs);
      expect(await held()).toEqual({ held: false });
      await plugin.delete(grant, id, state);
      expect((await plugin.read(grant, id, state, inputs)).inputs).toMatchObject({ privileges: [] });
    });

    it("of a database names no schema", async (plugin, database) => {
      const name = await database.createRole();
      const inputs = { role: name, database: database.name, objectType: "database", privileges: ["CONNECT"] };
      const { id, state } = await plugin.create(grant, inputs);
      expect(id).toBe(`${name}_${database.name}_database`);
      expect(visible(state)).toEqual({ ...inputs, withGrantOption: false });
      await plugin.delete(grant, id, state);
      expect((await plugin.read(grant, id, state, inputs)).inputs).toMatchObject({ privileges: [] });
    });

    it("knows its objects by checksum in its id and by name in its state", async (plugin, database) => {
      await database.client.query(schemaOfTest);
      const name = await database.createRole();
      const where = { role: name, database: database.name, schema: "public" };
      const news = { ...where, objectType: "table", objects: ["a", "b"], privileges: ["SELECT"] };
      const { id, state } = await plugin.create(grant, news);
      expect(id).toBe(`${name}_${database.name}_public_table_b_a`);
      expect(state["objects"]).toEqual(["a", "b"]);
    });

    test.each([
      ["the same in another order", { privileges: ["INSERT", "SELECT"], objects: ["a", "b"] }, {}],
      ["one privilege less", { privileges: ["SELECT"] }, { "privileges[0]": "delete" }],
      ["one for another", { privileges: ["SELECT", "UPDATE"] }, { "privileges[0]": "delete", "privileges[1]": "add" }],
      ["one table less", { objects: ["a"] }, { "objects[1]": "delete_replace" }],
      ["all tables", { objects: undefined }, { objects: "delete_replace" }],
      ["another schema", { schema: "x" }, { schema: "update_replace" }],
      ["another role", { role: "x" }, { role: "update_replace" }],
      ["another type", { objectType: "schema" }, { objectType: "update_replace" }],
      ["a grant option", { withGrantOption: true }, { withGrantOption: "update_replace" }],
    ])("sees %s for what it is", async (_what, changed, detailed) => {
      await alone(async (plugin) => {
        const name = "app";
        const where = { role: "r", database: name, schema: "public", objectType: "table" };
        const inputs = { ...where, objects: ["b", "a"], privileges: ["SELECT", "INSERT"] };
        const state = { ...where, objects: ["a", "b"], privileges: ["INSERT", "SELECT"], withGrantOption: false };
        const expected = Object.keys(detailed).length === 0 ? same : some(detailed);
        expect(await plugin.diff(grant, "id", state, inputs, { ...inputs, ...changed })).toEqual({
          ...expected,
          deleteBeforeReplace: expected.replaces.length > 0,
        });
      });
    });

    it("is gone with its role, and refuses what cannot be granted", async (plugin, database) => {
      const name = await database.createRole();
      const where = { role: name, database: database.name, schema: "public" };
      const table = { ...where, objectType: "table", objects: ["a"], privileges: ["SELECT"] };
      await expect(plugin.create(grant, table)).rejects.toThrow(/relation "public\.a" does not exist/);
      await expect(plugin.create(grant, { ...table, privileges: ["EXECUTE"] })).rejects.toThrow(
        "EXECUTE is not an allowed privilege for object type table",
      );
      await expect(plugin.create(grant, { ...table, schema: undefined })).rejects.toThrow(/'schema' is mandatory/);
      const gone = { ...table, role: uniqueName("gone") };
      expect((await plugin.read(grant, "id", gone, gone)).id).toBe("");
    });
  });
});

function inSortedOrder(declared: Properties): Properties {
  const entries = Object.entries(declared).map(([name, value]) => [name, Array.isArray(value) ? value.sort() : value]);
  return Object.fromEntries(entries);
}
