import { expect, jest, test } from "@jest/globals";
import { Client } from "pg";
import { program, withProgram } from "../support/ownedWorld.ts";
import { withPgBouncer } from "../support/pgbouncer.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const SIZES = [1, 5];
const SETTINGS = ["search_path", "statement_timeout", "idle_in_transaction_session_timeout", "TimeZone", "DateStyle"];

/** What an application behind the same pooler meets on each of the server's sessions. */
async function settingsSeen(url: string, sessions: number): Promise<string[]> {
  const clients = Array.from({ length: sessions }, () => new Client({ connectionString: url }));
  try {
    const seen: string[] = [];
    for (const client of clients) {
      await client.connect();
      // Whoever has a transaction open has a session for itself.
      await client.query("begin");
      const { rows } = await client.query(
        `select ${SETTINGS.map((name) => `current_setting('${name}') as "${name}"`).join(", ")}`,
      );
      seen.push(JSON.stringify(rows[0]));
      await client.query("select count(*) from ventas");
    }
    return [...new Set(seen)];
  } finally {
    for (const client of clients) await client.end();
  }
}

const VERBS = [
  ["status", "public.tablero"],
  ["verify", "public.tablero"],
  ["doctor", "public.tablero"],
  ["history", "public.tablero"],
  ["refresh", "public.tablero"],
  ["pause", "public.tablero"],
  ["metrics"],
  ["drift", "--stack", "prod"],
  ["plan", "--stack", "prod"],
];

test.each(SIZES)(
  "nothing is set on the sessions of a pooler in transaction mode with %i of them, and each verb says what it is",
  async (size) => {
    await withProgram({ text: program("tablero") }, async (project, { url, client }) => {
      await mustRun(project, UP);
      await withPgBouncer(url, { mode: "transaction", size }, async (pooler) => {
        const env = { MATVIEW_DATABASE_URL: pooler.url };
        const before = await settingsSeen(pooler.url, size);
        expect(before).toHaveLength(1);
        const port = new URL(pooler.url).port;
        const said = new RegExp(
          `127\\.0\\.0\\.1:${port} is a transaction pooler, .* use the direct connection, or a pooler`,
        );
        for (const [verb = "", ...words] of VERBS) {
          const { code, stdout, stderr } = await project.matview([verb, ...words], env);
          expect([verb, code === 0, stdout + stderr]).toEqual([verb, false, expect.stringMatching(said)]);
          expect([verb, ...(await settingsSeen(pooler.url, size))]).toEqual([verb, ...before]);
        }
        project.write("index.ts", program("tablero").replace("count(*)", "count(id)"));
        for (const args of [["preview"], UP, ["refresh", "--yes"], ["destroy", "--yes"]]) {
          const { stdout, stderr } = await project.pulumi(args, env);
          expect([args[0], stdout + stderr]).toEqual([args[0], expect.stringMatching(said)]);
          expect([args[0], ...(await settingsSeen(pooler.url, size))]).toEqual([args[0], ...before]);
        }
      });
      const { rows } = await client.query(
        "select pg_get_viewdef('public.tablero'::regclass) like '%count(*)%' as same",
      );
      expect(rows).toEqual([{ same: true }]);
    });
  },
);

test("a pooler in session mode works, whatever its port, and others meet nothing of it", async () => {
  await withProgram({ text: program("tablero") }, async (project, { url }) => {
    await withPgBouncer(url, { mode: "session", size: 5 }, async (pooler) => {
      const env = { MATVIEW_DATABASE_URL: pooler.url };
      const before = await settingsSeen(pooler.url, 5);
      await mustRun(project, UP, env);
      const { stdout, stderr } = await project.matview(["doctor", "public.tablero"], env);
      expect([stdout, stderr]).toEqual(["public.tablero: nothing found\n", ""]);
      project.write("index.ts", program("tablero").replace("count(*)", "count(id)"));
      await mustRun(project, UP, env);
      await mustConverge({ pulumi: (args, more) => project.pulumi(args, { ...env, ...more }) });
      expect(await settingsSeen(pooler.url, 5)).toEqual(before);
    });
  });
});
