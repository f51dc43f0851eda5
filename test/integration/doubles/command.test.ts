import { describe, expect, test } from "@jest/globals";
import { secret, unknownValue } from "../../doubles/values.ts";
import { testsWith } from "../../support/lent.ts";
import type { PluginProcess } from "../../support/plugin.ts";
import { candidates } from "./plugins.ts";

const urn = "urn:pulumi:stack::project::command:local:Command::hello";
const inputs = { create: "echo a", environment: { A: "1" } };
const state = { ...inputs, stdout: "a", stderr: "was" };

describe.each(candidates("command"))("command:local:Command of the $which", ({ run }) => {
  const configured = <T>(action: (plugin: PluginProcess) => Promise<T>) =>
    run(
      async (plugin) => {
        await plugin.configure({});
        return action(plugin);
      },
      { FROM_ENGINE: "engine" },
    );
  const it = testsWith(configured);

  it("takes the inputs as they are, without nulls, and names those that cannot be", async (plugin) => {
    const known = { create: unknownValue, environment: { A: secret("x") } };
    expect(await plugin.check(urn, { ...known, dir: null })).toEqual({ inputs: known, failures: [] });
    expect((await plugin.check(urn, { create: 5, nope: "x" })).failures.sort()).toEqual(["create", "nope"]);
  });

  it("runs nothing in a preview and says that the output is not known yet", async (plugin) => {
    const unknown = { stdout: unknownValue, stderr: unknownValue };
    expect((await plugin.create(urn, inputs, true)).state).toEqual({ ...inputs, ...unknown });
    const news = { create: "echo b" };
    expect(await plugin.update(urn, "id", state, inputs, news, true)).toEqual({ ...news, ...unknown });
    expect(await plugin.update(urn, "id", state, inputs, inputs, true)).toEqual(state);
  });

  it("runs the create command with the engine's environment and its own, and returns what it wrote", async (plugin) => {
    const news = {
      create: "echo $FROM_ENGINE $A; echo; echo err >&2",
      environment: { A: "own" },
      triggers: [1, "b"],
    };
    const { id, state: made } = await plugin.create(urn, news);
    expect(id).toMatch(/^hello[0-9a-f]{8}$/);
    expect(made).toEqual({ ...news, stdout: "engine own\n", stderr: "err" });
  });

  it("runs in the folder, with the interpreter and the standard input that it is given", async (plugin) => {
    const program = "process.stdin.pipe(process.stdout); console.error(process.cwd())";
    const news = { create: program, interpreter: [process.execPath, "-e"], stdin: "in\n\n", dir: "/" };
    expect((await plugin.create(urn, news)).state).toMatchObject({ stdout: "in\n", stderr: "/" });
  });

  it("does nothing where there is no command", async (plugin) => {
    expect((await plugin.create(urn, {})).state).toEqual({ stdout: "", stderr: "" });
    const news = { environment: { A: "2" } };
    expect(await plugin.update(urn, "id", state, inputs, news)).toEqual({ ...news, stdout: "a", stderr: "was" });
    await plugin.delete(urn, "id", state);
    expect(plugin.log).toEqual([]);
  });

  it("leaves its output in clear text even where an input is a secret", async (plugin) => {
    const news = { create: "echo $A", environment: { A: secret("x") } };
    expect((await plugin.create(urn, news)).state).toEqual({ ...news, stdout: "x", stderr: "" });
  });

  it("fails with all that the command wrote when it ends badly, cannot start, or has no folder", async (plugin) => {
    const create = (news: Record<string, unknown>) => plugin.create(urn, { create: "echo out; exit 3", ...news });
    await expect(create({})).rejects.toThrow('exit status 3: running "echo out; exit 3":\nout\n');
    await expect(create({ dir: "/no/such" })).rejects.toThrow("chdir /no/such: no such file or directory: running");
    await expect(create({ interpreter: ["/no/such"] })).rejects.toThrow('running "echo out; exit 3"');
    await expect(plugin.delete(urn, "id", { ...state, delete: "exit 4" })).rejects.toThrow("exit status 4");
  });

  it("runs the update command at an update, else the create command, with the output of the one before", async (plugin) => {
    const update = (news: Record<string, unknown>) => plugin.update(urn, "id", state, inputs, news);
    const previous = "echo $PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR";
    expect(await update({ create: previous })).toMatchObject({ stdout: "a/was", stderr: "" });
    expect(await update({ create: previous, addPreviousOutputInEnv: false })).toMatchObject({ stdout: "/" });
    expect(await update({ create: "exit 1", update: "echo u >&2" })).toMatchObject({ stdout: "", stderr: "u" });
  });

  it("shows each line of the streams that are to be logged on the row of the resource", async (plugin) => {
    const create = "echo one; echo two >&2; printf three";
    await plugin.create(urn, { create, logging: "stdout" });
    expect(plugin.log).toEqual(["one", "three"].map((message) => ({ urn, message })));
    await plugin.create(urn, { create, logging: "none" });
    await plugin.create(urn, { create, logging: "stderr" });
    await plugin.delete(urn, "id", { ...state, delete: "echo four" });
    expect(plugin.log.slice(2).map(({ message }) => message)).toEqual(["two", "four"]);
  });

  it("changes nothing at a read", async (plugin) => {
    expect(await plugin.read(urn, "id", state, inputs)).toEqual({ id: "id", state, inputs });
  });

  test.each([
    ["the same inputs", {}, {}],
    ["another variable", { environment: { A: "2" } }, { "environment.A": "update" }],
    ["one more variable", { environment: { A: "1", "b.c": "2" } }, { 'environment["b.c"]': "add" }],
    ["no environment", { environment: undefined }, { environment: "delete" }],
    ["a variable that becomes secret", { environment: { A: secret("1") } }, { "environment.A": "update" }],
    ["an unknown variable", { environment: { A: unknownValue } }, { "environment.A": "update" }],
    ["more commands", { update: "u", delete: "d" }, { delete: "add", update: "add" }],
    ["a first trigger", { triggers: [1] }, { triggers: "add_replace" }],
  ])("sees %s for what it is", async (_what, changed, detailed) => {
    await configured(async (plugin) => {
      const replaces = Object.values<string>(detailed).includes("add_replace") ? ["triggers"] : [];
      expect(await plugin.diff(urn, "id", state, inputs, { ...inputs, ...changed })).toEqual({
        changes: Object.keys(detailed).length === 0 ? "none" : "some",
        detailed,
        replaces,
        deleteBeforeReplace: false,
      });
    });
  });

  test.each([
    ["another", [1, "b"], [2, "b"], { "triggers[0]": "update" }],
    ["one more", [1], [1, 2], { "triggers[1]": "add" }],
    ["one less", [1, 2], [1], { "triggers[1]": "delete" }],
    [
      "a deeply changed",
      [{ a: 1, b: 2 }],
      [{ a: 2, c: 3 }],
      { "triggers[0].a": "update", "triggers[0].b": "delete", "triggers[0].c": "add" },
    ],
  ])("says which trigger differs: %s", async (_what, before, after, detailed) => {
    await configured(async (plugin) => {
      const olds = { ...inputs, triggers: before };
      const diff = await plugin.diff(urn, "id", { ...state, triggers: before }, olds, { ...inputs, triggers: after });
      expect(diff).toEqual({ changes: "some", detailed, replaces: [], deleteBeforeReplace: false });
    });
  });

  it("compares with what the state holds, not with the inputs of then", async (plugin) => {
    expect((await plugin.diff(urn, "id", state, { ...inputs, create: "other" }, inputs)).changes).toBe("none");
  });
});
