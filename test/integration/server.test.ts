import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test as plain } from "@jest/globals";
import { Client } from "pg";
import { MARKERS_FOLDER } from "../../scripts/database/folders.ts";
import { startServer } from "../../scripts/database/server.ts";
import { isServer } from "../../scripts/database/serverProcess.ts";
import { removeStale } from "../../scripts/database/staleServers.ts";
import { until } from "../../scripts/database/until.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import { cron, firstRun } from "../support/jobs.ts";
import { testsWith } from "../support/lent.ts";

const test = testsWith(withDatabase);

test("pg_cron runs the job of a role without superuser rights through the socket, without a password", async (database) => {
  const { server, name, createRole } = database;
  const role = await createRole();
  const job = uniqueName("job");
  await cron(database, "select cron.schedule_in_database($1, '* * * * *', 'select 1', $2, $3)", [job, name, role]);
  const expected = { status: "succeeded", username: role, nodename: server.socketDirectory };
  expect(await firstRun(database, job)).toMatchObject(expected);
}, 120_000);

test("a server takes no connection without its password", async ({ server, name }) => {
  const client = new Client({
    host: "127.0.0.1",
    port: server.port,
    user: "postgres",
    database: name,
    password: "guess",
  });
  await expect(client.connect()).rejects.toMatchObject({ code: "28P01" });
});

test("a server's folder and socket are closed to other users, and it listens on loopback only", async ({
  server,
  client,
}) => {
  for (const folder of [server.directory, server.socketDirectory]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  const { rows } = await client.query("select pg_catalog.current_setting('listen_addresses') as addresses");
  expect(rows).toEqual([{ addresses: "127.0.0.1" }]);
});

plain("a running server has a marker that names it, and a stopped one leaves nothing", async () => {
  const server = await startServer();
  const marker = join(MARKERS_FOLDER, `${server.port}.json`);
  const { pid, token } = JSON.parse(readFileSync(marker, "utf8")) as { pid: number; token: string };
  expect(pid).toBe(server.pid);
  const name = await withClient(server.url(), (client) =>
    client.query("select pg_catalog.current_setting('cluster_name') as name"),
  );
  expect(name.rows).toEqual([{ name: `matview-local-${token}` }]);
  await server.stop();
  expect([existsSync(marker), existsSync(server.directory), isServer(pid, join(server.directory, "data"))]).toEqual([
    false,
    false,
    false,
  ]);
});

plain("a server ends with the process that started it, even if that is killed", async () => {
  const script = `
    import { startServer } from ${JSON.stringify(join(import.meta.dirname, "../../scripts/database/server.ts"))};
    const { pid, directory } = await startServer();
    console.log(JSON.stringify({ pid, directory }));
    setInterval(() => {}, 60_000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const { pid, directory } = JSON.parse(line.toString()) as { pid: number; directory: string };
  const data = join(directory, "data");
  expect(isServer(pid, data)).toBe(true);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  // The kernel tells the server on Linux; elsewhere the next run does.
  if (process.platform !== "linux") await removeStale();
  await until(() => !isServer(pid, data), { what: "the server of a killed process to end" });
  await removeStale();
  expect(existsSync(directory)).toBe(false);
});

plain("a server that is started again in its folder has its rows", async () => {
  const first = await startServer();
  await withClient(first.url(), (client) => client.query("create table kept (id integer)"));
  const { directory } = first;
  await first.stop({ clean: true, keep: true });
  const second = await startServer({ directory });
  const { rows } = await withClient(second.url(), (client) =>
    client.query("select pg_catalog.to_regclass('kept') is not null as kept"),
  );
  expect(rows).toEqual([{ kept: true }]);
  await second.stop({ keep: false });
});
