import { once } from "node:events";
import { expect, jest, test } from "@jest/globals";
import type { Client } from "pg";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { until } from "../../scripts/database/until.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { descendants, signalAll } from "../support/processes.ts";

jest.setTimeout(180_000);

const SETUP = `create table public.ventas (id int primary key, tienda text not null);
  insert into public.ventas select i, 'tienda ' || i % 7 from generate_series(1, 700) i;
  create table public.pausa (segundos float8 not null);
  insert into public.pausa values (0);
  create function public.despacio(n bigint) returns bigint language plpgsql volatile set search_path = public
    as $$ begin perform pg_sleep(segundos) from pausa where current_query() ilike '%refresh materialized%'; return n; end $$;`;
const PROGRAM = `import { RefreshedView } from "pulumi-matview";
export const views = [new RefreshedView("tablero", { uniqueKey: ["tienda"], job: { schedule: "0 3 1 1 *" } }).declaration];
`;
const OLD = "select tienda, public.despacio(count(*)) as n from public.ventas group by tienda\n";
const NEW = OLD.replace("count(*)", "count(id)");
const STOPPED =
  "public.tablero: swap was stopped: it is as it was before, and nothing half done is left; the next deploy does it";
const UP = ["up", "--yes", "--skip-preview"];

interface Scene {
  readonly database: TestDatabase;
  readonly project: ConsumerProject;
  readonly slow: (seconds: number) => Promise<unknown>;
}

/** A program on a server of its own, whose view takes as long to compute as the test says. */
async function withScene(action: (scene: Scene) => Promise<void>): Promise<void> {
  await withServer({ sample: false, launcherStands: true }, async (database) => {
    await database.client.query(SETUP);
    await withProject(PROGRAM, { MATVIEW_DATABASE_URL: database.url }, async (project) => {
      project.write("sql/views/tablero.sql", OLD);
      const slow = (seconds: number): Promise<unknown> =>
        database.client.query("update public.pausa set segundos = $1", [seconds]);
      await action({ database, project, slow });
    });
  });
}

async function oursRunning(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where application_name like '%matview%' and state = 'active' and query ilike '%refresh materialized view%'`,
  );
  return rows[0]?.count ?? 0;
}

/** Starts an engine, signals it while our statement runs, and tells how long until nothing of ours runs, and what was said. */
async function interrupted(
  { database: { client }, project }: Scene,
  signal: (pid: number) => Promise<void> | void,
): Promise<{ readonly ms: number; readonly text: string }> {
  const engine = project.start(UP);
  let text = "";
  for (const stream of [engine.stdout, engine.stderr]) stream?.on("data", (chunk) => (text += String(chunk)));
  const ended = once(engine, "close");
  await until(async () => (await oursRunning(client)) > 0, { what: "our statement to run", atMostMs: 60_000 });
  const started = Date.now();
  await signal(engine.pid ?? 0);
  await until(async () => (await oursRunning(client)) === 0, { what: "our statement to end", atMostMs: 30_000 });
  const ms = Date.now() - started;
  await ended;
  return { ms, text };
}

const asides = async ({ client }: TestDatabase): Promise<unknown> =>
  (await client.query("select relname from pg_class where relname like '%matview\\_swap%'")).rows;

const send =
  (...signals: NodeJS.Signals[]) =>
  (pid: number): void => {
    for (const signal of signals) process.kill(pid, signal);
  };

/** By what happens to the engine; and whether it still tells what came of it. */
const WAYS: Readonly<Record<string, readonly [(pid: number) => void, tells: boolean]>> = {
  "Ctrl-C": [send("SIGINT"), true],
  "Ctrl-C twice": [send("SIGINT", "SIGTERM"), false],
  SIGTERM: [send("SIGTERM"), true],
  "a closed terminal": [send("SIGHUP"), false],
  "a kill": [send("SIGKILL"), false],
  "a kill of all": [(pid) => signalAll([...descendants(pid), pid], "SIGKILL"), false],
};

test("a build is stopped on the server within a second, and the next deploy does it", async () => {
  await withScene(async (scene) => {
    const { project, slow, database } = scene;
    expect((await project.pulumi(UP)).code).toBe(0);
    const late: Record<string, number> = {};
    for (const [place, [way, [signal, tells]]] of Object.entries(WAYS).entries()) {
      project.write("sql/views/tablero.sql", place % 2 === 0 ? NEW : OLD);
      await slow(60);
      const { ms, text } = await interrupted(scene, signal);
      if (ms > 1_000) late[way] = ms;
      if (tells) expect(text).toContain(STOPPED);
      await slow(0);
      await project.pulumi(["cancel", "--yes"]);
      const { code, stdout } = await project.pulumi(UP);
      expect(code === 0 ? "" : stdout).toBe("");
      expect(await asides(database)).toEqual([]);
    }
    expect(late).toEqual({});
  });
});

test("the first refresh of a view is stopped with the deploy, and the next one fills it", async () => {
  await withScene(async (scene) => {
    const { project, slow, database } = scene;
    for (const way of ["Ctrl-C", "a kill of all"]) {
      await slow(60);
      const { ms } = await interrupted(scene, WAYS[way]![0]);
      expect(ms).toBeLessThan(1_000);
      await project.pulumi(["cancel", "--yes"]);
    }
    await slow(0);
    const { code, stdout } = await project.pulumi(UP);
    expect(code === 0 ? "" : stdout).toBe("");
    expect((await database.client.query("select count(*)::int as count from public.tablero")).rows).toEqual([
      { count: 7 },
    ]);
  });
});
