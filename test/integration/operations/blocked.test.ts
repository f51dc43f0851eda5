import { once } from "node:events";
import { expect, jest, test as plain } from "@jest/globals";
import type { Client } from "pg";
import { until } from "../../../scripts/database/until.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import { runMatview, startMatview } from "../../support/dashboard.ts";
import { withDatabase, withServer } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { testsWith } from "../../support/lent.ts";
import { untilRow } from "../../support/untilRow.ts";

jest.setTimeout(90_000);

const VIEW = "public.numeros";
const REFRESH = `refresh materialized view concurrently ${VIEW}`;

async function prepare({ client }: Pick<TestDatabase, "client">): Promise<void> {
  await client.query("create table public.fuente as select 1 as id, 'secreto'::text as dato");
  await client.query(`create materialized view ${VIEW} as select id from public.fuente`);
  await client.query(`create unique index on ${VIEW} (id)`);
}

const withView = (action: (database: TestDatabase) => Promise<void>): Promise<void> =>
  withDatabase(
    async (database) => {
      await prepare(database);
      await action(database);
    },
    { template: "empty" },
  );

const test = testsWith(withView);

/** Somebody whose transaction stays open behind a statement; the answer is the pid. */
async function holding(
  { url }: Pick<TestDatabase, "url">,
  statement: string,
  action: (pid: number, client: Client) => Promise<void>,
): Promise<void> {
  await withClient(url, async (client) => {
    client.on("error", () => undefined);
    await client.query("set application_name = 'consola'");
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    await client.query(`begin; ${statement}`);
    await action(rows[0]?.pid ?? 0, client);
  });
}

/** A statement that waits for a lock until the holder ends; the answer is its pid. */
async function waiting(
  { url, client }: Pick<TestDatabase, "url" | "client">,
  statement: string,
  action: (pid: number) => Promise<void>,
): Promise<void> {
  await withClient(url, async (waiter) => {
    waiter.on("error", () => undefined);
    await waiter.query("set application_name = 'pg_cron'");
    const { rows } = await waiter.query<{ pid: number }>("select pg_backend_pid() as pid");
    const pid = rows[0]?.pid ?? 0;
    const ended = waiter.query(statement).catch(() => undefined);
    await untilRow(client, "it to have waited for two seconds", [
      "select 1 from pg_locks where pid = $1 and not granted and waitstart < clock_timestamp() - interval '2.1 seconds'",
      pid,
    ]);
    await action(pid);
    await client.query("select pg_cancel_backend($1)", [pid]);
    await ended;
  });
}

interface Found {
  readonly id: string;
  readonly evidence: string;
  readonly cause: string;
  readonly fix: string;
}

async function found(url: string): Promise<Found | undefined> {
  const { code, stdout, stderr } = await runMatview(["doctor", VIEW, "--json"], url);
  expect(stderr).toBe("");
  expect(code).toBe(1);
  const [told] = JSON.parse(stdout) as { findings: Found[] }[];
  return told?.findings.find(({ id }) => id === "refresh-blocked");
}

const SINCE = "since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC";

test("a session that is idle in a transaction is named with what it ran and what ends it", async (database) => {
  const { url, client } = database;
  await holding(database, `comment on materialized view ${VIEW} is 'secreto 5512345678'`, async (holder) => {
    await waiting(database, REFRESH, async (pid) => {
      const finding = await found(url);
      expect(finding?.evidence).toMatch(
        new RegExp(`^pid ${pid} \\(pg_cron\\) has waited for pid ${holder} for \\d.* s$`),
      );
      expect(finding?.cause).toMatch(
        new RegExp(
          `^pid ${holder} \\(application "consola", user postgres, from 127.0.0.1, idle in transaction ${SINCE}\\), ran last: begin; comment on ` +
            `materialized view public\\.numeros is '\\.\\.\\.' keeps the lock until its transaction ends$`,
        ),
      );
      expect(finding?.fix).toBe(`select pg_terminate_backend(${holder})`);
      const status = await runMatview(["status", VIEW], url);
      expect(status.stdout).toContain("refresh blocked");
      expect(status.stdout).toContain(`pg_terminate_backend(${holder})`);
      expect(status.stdout).not.toMatch(/secreto|5512345678/);
      // It does what it says.
      await client.query(finding?.fix ?? "");
      await untilRow(client, "the refresh to go on", [
        "select 1 where not exists (select from pg_locks where pid = $1 and not granted)",
        pid,
      ]);
      expect(await found(url)).toBeUndefined();
    });
  });
});

test("whoever holds a source is named, with who waits between and behind", async (database) => {
  const { url } = database;
  await holding(database, "lock table public.fuente in access exclusive mode", async (holder) => {
    await waiting(database, REFRESH, async (first) => {
      await waiting(database, REFRESH, async (second) => {
        const finding = await found(url);
        expect(finding?.evidence).toMatch(
          new RegExp(
            `^pid ${first} \\(pg_cron\\) has waited for pid ${holder} for .*; 1 more waits behind it: pid ${second} of postgres$`,
          ),
        );
        expect(finding?.fix).toBe(`select pg_terminate_backend(${holder})`);
      });
    });
  });
});

test("a statement that runs is cancelled, and the chain to it is told", async (database) => {
  const { url, client } = database;
  await withClient(url, async (root) => {
    const { rows } = await root.query<{ pid: number }>("select pg_backend_pid() as pid");
    const running = root
      .query("begin; lock table public.fuente in share mode; select pg_sleep(600)")
      .catch(() => undefined);
    await untilRow(client, "the root to hold its lock", [
      "select 1 from pg_locks where relation = 'public.fuente'::regclass and mode = 'ShareLock' and granted",
    ]);
    await waiting(database, "begin; lock table public.fuente in access exclusive mode", async (between) => {
      await waiting(database, REFRESH, async () => {
        const finding = await found(url);
        expect(finding?.cause).toMatch(
          new RegExp(`^pid ${rows[0]?.pid} .* runs: begin; lock table .*; pid ${between} waits for it in turn$`),
        );
        expect(finding?.fix).toBe(`select pg_cancel_backend(${rows[0]?.pid})`);
      });
    });
    await client.query("select pg_cancel_backend($1)", [rows[0]?.pid]);
    await running;
  });
});

plain("a prepared transaction holds locks without a session, and is told by its name", async () => {
  await withServer(
    { sample: false, cronDatabase: "app", settings: { max_prepared_transactions: "5" } },
    async (database) => {
      await prepare(database);
      await database.client.query(`begin; comment on materialized view ${VIEW} is 'x'; prepare transaction 'lote ''7'`);
      await waiting(database, REFRESH, async () => {
        const finding = await found(database.url);
        expect(finding?.cause).toMatch(
          new RegExp(`^prepared transaction "lote '7" \\(of postgres, ${SINCE}\\) keeps the lock`),
        );
        expect(finding?.fix).toBe("rollback prepared 'lote ''7'");
      });
      await database.client.query("rollback prepared 'lote ''7'");
    },
  );
});

test("a role that may not see what others do is told what to ask for", async (database) => {
  const role = await database.createRole();
  await database.client.query(`grant select on ${VIEW} to ${role}`);
  await holding(database, `comment on materialized view ${VIEW} is 'secreto'`, async (holder) => {
    await waiting(database, REFRESH, async () => {
      const { stdout } = await runMatview(["doctor", VIEW, "--json"], database.server.url(database.name, role));
      const [told] = JSON.parse(stdout) as { findings: Found[] }[];
      const finding = told?.findings.find(({ id }) => id === "refresh-blocked");
      expect(finding?.evidence).toContain(`hidden from role ${role}: grant pg_read_all_stats to ${role}`);
      expect(finding?.cause).toMatch(new RegExp(`^pid ${holder} \\(application "consola", user postgres`));
      expect(finding?.fix).toBe(`select pg_terminate_backend(${holder})`);
    });
  });
});

test("matview refresh says for whom it waits, and goes on when that one is gone", async (database) => {
  await holding(database, `comment on materialized view ${VIEW} is 'secreto'`, async (holder, client) => {
    const child = startMatview(["refresh", VIEW], database.url);
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    const ended = once(child, "close");
    await until(() => stderr.includes("2 s\n"), { what: "the command to say for whom it waits" });
    await client.query("commit");
    expect((await ended)[0]).toBe(0);
    const [line, ...rest] = stderr.split("\n");
    expect(line).toMatch(
      new RegExp(
        `^waits for pid ${holder} \\(application "consola", .*; what ends it: select pg_terminate_backend\\(${holder}\\)$`,
      ),
    );
    expect(rest[0]).toBe(`refreshing public.numeros: waits for pid ${holder}, 2 s`);
    expect(rest[1]).toMatch(/^refreshing public\.numeros: done after \d+ s$/);
  });
});
