import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "@jest/globals";
import { checkout } from "../../../scripts/checkout.ts";
import { withDatabase } from "../../support/database.ts";
import { candidates } from "./plugins.ts";
import { urnOf } from "./postgresqlPlugin.ts";

const [command] = candidates("command");
const [postgresql] = candidates("postgresql");
const role = urnOf("Role");

describe("the stand-in for @pulumi/postgresql", () => {
  it.each([
    ["on another computer", "192.0.2.1", "5432"],
    ["on loopback that the scripts did not start", "127.0.0.1", "1"],
  ])("touches no server %s", async (_where, host, port) => {
    await postgresql!.run(async (plugin) => {
      await plugin.configure({ host, port, sslmode: "disable" });
      await expect(plugin.create(role, { name: "r" })).rejects.toThrow(
        `${host}:${port} is not a server that this checkout's scripts started`,
      );
    });
  });

  it("asks for sslmode disable, as the servers of the scripts have no TLS", async () => {
    await postgresql!.run(async (plugin) => {
      await expect(plugin.configure({ host: "127.0.0.1" })).rejects.toThrow("set sslmode to disable");
    });
  });

  it("refuses by name the settings, resources and inputs that it does not know", async () => {
    await postgresql!.run(async (plugin) => {
      await expect(plugin.configure({ sslmode: "disable", awsRdsIamAuth: "true" })).rejects.toThrow("awsRdsIamAuth");
      const schema = urnOf("Schema");
      await expect(plugin.check(schema, {})).rejects.toThrow("does not know postgresql:index/schema:Schema");
      expect((await plugin.check(role, { name: "r", searchPaths: ["x"], superuser: true })).failures).toEqual([
        "searchPaths",
        "superuser",
      ]);
    });
  });

  it("leaves nothing half done when a statement fails", async () => {
    await withDatabase(async ({ server, name, client }) => {
      await postgresql!.run(async (plugin) => {
        const password = server.password();
        await plugin.configure({
          host: server.host,
          port: String(server.port),
          database: name,
          password,
          sslmode: "disable",
        });
        const half = { name: `half_${name}`, roles: ["no_such_role"] };
        await expect(plugin.create(role, half)).rejects.toThrow("no_such_role");
        const { rows } = await client.query("select from pg_catalog.pg_roles where rolname = $1", [half.name]);
        expect(rows).toEqual([]);
      });
    });
  });
});

describe("a stand-in", () => {
  it("refuses by name a resource that it does not know", async () => {
    await command!.run(async (plugin) => {
      const urn = "urn:pulumi:stack::project::command:remote:Command::hello";
      await expect(plugin.check(urn, {})).rejects.toThrow("does not know command:remote:Command");
    });
  });

  it("ends when the engine that started it was killed", async () => {
    const main = join(checkout, "test", "doubles", "command", "main.ts");
    // The shell is the engine here: it starts the plugin, tells its process id, and is killed.
    const script = '"$0" --disable-warning=ExperimentalWarning "$1" & echo "pid $!"; wait';
    const engine = spawn("/bin/sh", ["-c", script, process.execPath, main], { stdio: ["ignore", "pipe", "inherit"] });
    const said: string[] = [];
    const lines = createInterface({ input: engine.stdout });
    await new Promise<void>((resolve) => lines.on("line", (line) => said.push(line) === 2 && resolve()));
    const pid = Number(said.find((line) => line.startsWith("pid "))!.slice(4));
    expect(() => process.kill(pid, 0)).not.toThrow();
    const closed = once(engine, "close");
    engine.kill("SIGKILL");
    // The pipe ends when the last process that writes to it, the plugin, is gone.
    await closed;
    expect(engine.stdout.readableEnded).toBe(true);
  });
});
