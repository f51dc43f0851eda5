import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { withClient } from "../../scripts/database/withClient.ts";
import { run } from "../../scripts/toolchain/executables.ts";
import type { Ended } from "../../scripts/toolchain/executables.ts";
import { withInstallation, writeInto } from "../support/consumer.ts";
import type { Installation } from "../support/consumer.ts";
import { withDatabase, withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { shared } from "../support/lent.ts";
import { missingLines } from "../support/pages.ts";
import { DESTROY, mustRun, UP } from "../support/pulumi.ts";
import { KINDS } from "./programs.ts";
import type { Kind } from "./programs.ts";
import { followStartPage } from "./startPage.ts";

jest.setTimeout(300_000);

const DRIFT = ["refresh", "--preview-only", "--expect-no-changes"];
const DEFINITION = "select dia, sum(monto) as total from public.pedidos group by dia\n";
const CHANGED = "select dia, sum(monto) as total, count(*) as pedidos from public.pedidos group by dia\n";

const installation = shared<Installation>((use) => {
  const files = KINDS.flatMap(({ folder, main = folder, files }) => [
    ...Object.entries(files).map(([name, text]) => [join(folder, name), text]),
    [join(main, "sql/views/ventas.sql"), DEFINITION],
  ]);
  return withInstallation(Object.fromEntries(files) as Record<string, string>, use);
});

/** A program of one kind with a stack, and its database. */
interface Consumer {
  readonly database: TestDatabase;
  readonly env: NodeJS.ProcessEnv;
  readonly directory: string;
  pulumi(args: readonly string[]): Promise<Ended>;
  writeDefinition(text: string): void;
}

async function withConsumer(kind: Kind, action: (consumer: Consumer) => Promise<void>): Promise<void> {
  const { directory: root, environment } = installation();
  await withDatabase(
    async (database) => {
      await database.client.query(
        "create table public.pedidos as select i as id, i % 7 as dia, i as monto from generate_series(1, 70) i",
      );
      const env = await environment({ MATVIEW_DATABASE_URL: database.url, MATVIEW_CRON_DATABASE: "postgres" });
      const directory = join(root, kind.folder);
      const consumer: Consumer = {
        database,
        env,
        directory,
        pulumi: (args) => runEngine(kind, directory, args, env),
        writeDefinition: (text) => writeInto(join(root, kind.main ?? kind.folder), { "sql/views/ventas.sql": text }),
      };
      await mustRun(consumer, ["stack", "init", "test"]);
      await action(consumer);
    },
    { template: "empty" },
  );
}

function runEngine(kind: Kind, directory: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  if (kind.driver !== undefined) {
    const words = args.filter((word) => word !== "stack" || args[1] === "init");
    return run("node", [kind.driver, ...words], { cwd: directory, env });
  }
  const words = [...args, ...(args[1] === "init" ? [] : ["--stack", "test"]), "--non-interactive", "--color", "never"];
  if (kind.fromElsewhere === true) return run("pulumi", ["-C", directory, ...words], { cwd: "/", env });
  return run("pulumi", words, { cwd: directory, env });
}

// Its Pulumi.yaml is that of `pulumi new`, which does not always refresh.
async function driftOf({ directory, env }: Consumer): Promise<string[][]> {
  const { stdout } = await run("npx", ["matview", "drift", "--stack", "test", "--json"], { cwd: directory, env });
  const { rows } = JSON.parse(stdout) as { rows: { property: string; declared: string; actual: string }[] };
  return rows.map(({ property, declared, actual }) => [property, declared, actual]);
}

async function rows({ client }: TestDatabase): Promise<unknown[]> {
  return (await client.query("select * from public.ventas order by dia limit 1")).rows;
}

async function jobs({ cronUrl, name }: TestDatabase, change?: string): Promise<unknown[]> {
  return withClient(cronUrl, async (client) => {
    if (change !== undefined)
      await client.query(`select cron.alter_job(jobid, ${change}) from cron.job where database = $1`, [name]);
    return (await client.query("select schedule, active from cron.job where database = $1", [name])).rows;
  });
}

describe("the package, packed and installed", () => {
  test("holds what runs and nothing else, and stays small", () => {
    const { size, files } = installation().pack;
    expect(size).toBeLessThan(400_000);
    const folders = new Set(files.map(({ path }) => path.split("/").slice(0, 2).join("/")));
    expect([...folders].sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist/components",
      "dist/kinds",
      "dist/lifecycle",
      "dist/operations",
      "dist/policies",
      "dist/postgres",
      "dist/provider",
      "package.json",
      "provider/requireNewerNode.cjs",
      "sql/describe",
      "sql/runtime",
      "sql/statements",
      "sql/verify",
    ]);
  });

  test.each(KINDS.filter(({ files }) => "tsconfig.json" in files))(
    "has types that check: $title",
    async ({ folder }) => {
      const { directory } = installation();
      const compiler = join(directory, "node_modules/typescript/bin/tsc");
      const { stdout } = await run("node", [compiler, "--noEmit"], { cwd: join(directory, folder) });
      expect(stdout).toBe("");
    },
  );

  test.each(KINDS)("$title: deploys, deploys nothing twice, changes, finds drift, destroys", async (kind) => {
    await withConsumer(kind, async (consumer) => {
      const { database } = consumer;
      await mustRun(consumer, UP);
      expect(await rows(database)).toEqual([{ dia: 0, total: "385" }]);
      expect(await jobs(database)).toEqual([{ schedule: "0 3 1 1 *", active: true }]);
      expect(await mustRun(consumer, kind.driver === undefined ? ["stack", "export"] : ["export"])).toMatch(
        /"create": ?"node -e \\"import\('pulumi-matview\/first-refresh'\)\\""/,
      );
      await mustRun(consumer, [...UP, "--expect-no-changes"]);
      await mustRun(consumer, DRIFT);
      consumer.writeDefinition(CHANGED);
      await mustRun(consumer, UP);
      expect(await rows(database)).toEqual([{ dia: 0, total: "385", pedidos: "10" }]);
      await jobs(database, "active := false");
      const drift = await consumer.pulumi(DRIFT);
      expect(drift.code).not.toBe(0);
      expect(drift.stdout + drift.stderr).toContain("~ 1 to update");
      if (kind === KINDS[0]) expect(await driftOf(consumer)).toEqual([["active", "true", "false"]]);
      await mustRun(consumer, DESTROY);
      expect(await jobs(database)).toEqual([]);
      await expect(rows(database)).rejects.toThrow(/relation "public.ventas" does not exist/);
    });
  });

  test("docs/start.md: every command works in this order, and prints what the page says", async () => {
    await withServer({ sample: false, cronDatabase: "shop" }, async ({ url, client }) => {
      const seen = await followStartPage(installation(), url);
      expect(seen.length).toBeGreaterThan(2);
      expect(seen.map(({ printed, told }) => ({ printed, missing: missingLines({ printed, told }) }))).toEqual(
        seen.map(({ printed }) => ({ printed, missing: [] })),
      );
      expect((await client.query("select jobname from cron.job")).rows).toEqual([]);
    });
  });
});
