import { expect, jest, test } from "@jest/globals";
import { Client } from "pg";
import type { Ended } from "../../scripts/toolchain/executables.ts";
import { program, withProgram } from "../support/ownedWorld.ts";
import { withPgBouncer } from "../support/pgbouncer.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const SIZES = [1, 5];
const SETTINGS = [
  "search_path",
  "statement_timeout",
  "idle_in_transaction_session_timeout",
  "client_connection_check_interval",
  "TimeZone",
  "DateStyle",
];

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

const LOOKS = [
  ["status", "public.tablero"],
  ["verify", "public.tablero"],
  ["doctor", "public.tablero"],
  ["history", "public.tablero"],
  ["report", "public.tablero"],
  ["metrics"],
  ["drift", "--stack", "prod"],
  ["plan", "--stack", "prod"],
];

const CHANGES = [
  ["refresh", "public.tablero"],
  ["pause", "public.tablero"],
];

/** Without what differs from one moment to the next: ages, times of day, sums. */
function timeless(text: string): string {
  return text.replace(/\d[\d:.TZ-]*( ms| s| min| kB)?/g, "n").replace(/ +/g, " ");
}

test.each(SIZES)(
  "through a pooler in transaction mode with %i sessions looks work, changes are refused, and nothing stays on them",
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
        const shown = async (what: readonly string[], run: (env: NodeJS.ProcessEnv) => Promise<Ended>) => {
          const [direct, pooled] = [await run({}), await run(env)];
          const told = ({ code, stdout, stderr }: Ended) => [what, code, timeless(stdout), timeless(stderr)];
          expect(told(pooled)).toEqual(told(direct));
          expect([what, ...(await settingsSeen(pooler.url, size))]).toEqual([what, ...before]);
        };
        const refused = async (what: readonly string[], run: (env: NodeJS.ProcessEnv) => Promise<Ended>) => {
          const { code, stdout, stderr } = await run(env);
          expect([what, code === 0, stdout + stderr]).toEqual([what, false, expect.stringMatching(said)]);
          expect([what, ...(await settingsSeen(pooler.url, size))]).toEqual([what, ...before]);
        };
        for (const verb of LOOKS) await shown(verb, (env) => project.matview(verb, env));
        for (const verb of CHANGES) await refused(verb, (env) => project.matview(verb, env));
        await shown(["preview"], (env) => project.pulumi(["preview", "--diff"], env));
        await mustRun(project, UP, env);
        await mustRun(project, ["refresh", "--yes"], env);
        project.write("index.ts", program("tablero").replace("count(*)", "count(id)"));
        await refused(["plan"], (env) => project.matview(["plan", "--stack", "prod"], env));
        for (const args of [UP, ["destroy", "--yes"]]) await refused(args, (env) => project.pulumi(args, env));
        const preview = await project.pulumi(["preview"], env);
        expect(preview.stdout + preview.stderr).toMatch(said);
        expect(await settingsSeen(pooler.url, size)).toEqual(before);
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
