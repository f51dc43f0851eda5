import { describe, expect, jest, test as plain } from "@jest/globals";
import type { Client } from "pg";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { lockKey } from "../../kinds/materializedView/swap/swapNames.ts";
import { refreshCommand } from "../../kinds/refreshJob/command.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { until } from "../../scripts/database/until.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, withOld as withOldView } from "../support/swappedView.ts";
import { untilRow } from "../support/untilRow.ts";
import { change, one, planChange, run, startReader, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(90_000);

const withOld = (action: (database: TestDatabase) => Promise<void>): Promise<void> =>
  withOldView(
    action,
    "create function public.es_nueva() returns boolean language sql as 'select bool_and(largo > 100) from public.mv'",
  );

const isNew = (database: TestDatabase): Promise<unknown> => one(database, "select public.es_nueva()");

const asides = (database: TestDatabase): Promise<unknown> =>
  one(database, "select count(*)::int from pg_class where relname like '%matview\\_swap'");

/** A transaction that read the view and stays open. */
async function withOpenReader(
  database: TestDatabase,
  action: (reader: Client, pid: number) => Promise<void>,
): Promise<void> {
  await withClient(database.url, async (reader) => {
    reader.on("error", () => undefined);
    await reader.query("set application_name = 'tablero'");
    await reader.query("begin");
    const { rows } = await reader.query<{ pid: number }>("select pg_backend_pid() as pid, count(*) from public.mv");
    await action(reader, rows[0]?.pid ?? 0);
  });
}

const TRYING = `select 1 from pg_stat_activity
  where application_name = 'pulumi-matview' and query like 'rollback to savepoint matview_try%'`;

/** Waits until a swap keeps refreshes of the view out; the answer is its pid. */
async function swapThatHolds(database: TestDatabase): Promise<number> {
  const text = `select l.pid from pg_locks l join pg_stat_activity a using (pid)
    where l.relation = 'public.mv'::regclass and l.mode = 'ShareUpdateExclusiveLock' and l.granted
      and a.application_name = 'pulumi-matview'`;
  return (await untilRow<{ pid: number }>(database.client, "a swap to hold the view", [text])).pid;
}

/** Waits until a deploy asks for a lock again and again: each time it looks for what is left behind it, the last that the server shows. */
async function untilLockIsAskedFor(database: TestDatabase): Promise<void> {
  const text = `select query_start::text as at from pg_stat_activity
    where datname = current_database() and application_name = 'pulumi-matview' and left(query, 500) = left($1, 500)`;
  const seen = new Set<string>();
  // Once may be the plan, which looks for the same. The server cuts texts off.
  await until(
    async () => {
      const { rows } = await database.client.query<{ at: string }>(text, [sqlText("describe/leftovers")]);
      for (const { at } of rows) seen.add(at);
      return seen.size > 2;
    },
    { what: "the second deploy to ask for the lock" },
  );
}

const test = testsWith(withOld);

describe("a swap", () => {
  test("waits for a transaction that read the view without making others wait, then succeeds", async (database) => {
    await withOpenReader(database, async (open) => {
      const other = await startReader(database.url, "select count(*) from public.mv");
      const changed = change(database, CHANGED);
      await swapThatHolds(database);
      expect(await isNew(database)).toBe(false);
      await open.query("commit");
      expect((await changed).rest).toEqual(CONVERGED);
      expect((await other.stop()).failures).toEqual([]);
      expect(await isNew(database)).toBe(true);
    });
  });

  test("past its deadline leaves the old view, removes the new one and names the sessions in the way", async (database) => {
    await withOpenReader(database, async (_open, pid) => {
      await expect(change(database, { ...CHANGED, swapDeadlineSeconds: 1 })).rejects.toThrow(
        new RegExp(
          "^public\\.mv: could not swap: there was no moment without a reader for 1 s; the old one still serves and the new one " +
            `is removed\\. In the way: pid ${pid} \\(application "tablero", user postgres, from 127\\.0\\.0\\.1, idle in transaction since ` +
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\\), ran last: .*\\. End those transactions \\(select pg_terminate_backend\\(\\d+\\)\\) or set swapDeadlineSeconds higher, and run it again$",
        ),
      );
      expect(await isNew(database)).toBe(false);
      expect(await asides(database)).toBe(0);
    });
  });

  plain.each([
    ["grant select on public.mv to lector", "grant select to lector by postgres"],
    ["grant select (id) on public.mv to lector", "grant select (id) to lector by postgres"],
    ["revoke update on public.mv from lector", "grant update to lector by postgres"],
  ])("that waits sees what takes no lock: %s", async (statement, seen) => {
    await withOld(async (database) => {
      const lector = await database.createRole();
      await run(database, `grant update on public.mv to ${lector}`);
      await withOpenReader(database, async (open) => {
        const changed = change(database, CHANGED);
        const ended = expect(changed).rejects.toThrow(
          `public.mv: could not swap: public.mv was changed by somebody else meanwhile (${seen.replace("lector", lector)}); ` +
            "nothing was changed here, run it again",
        );
        await swapThatHolds(database);
        await untilRow(database.client, "the swap to try", [TRYING]);
        await run(database, statement.replace("lector", lector));
        await open.query("commit");
        await ended;
      });
      expect(await isNew(database)).toBe(false);
      expect(await asides(database)).toBe(0);
      expect((await change(database, CHANGED)).rest).toEqual(CONVERGED);
    });
  });

  test("beside another one waits, and finds nothing left to do", async (database) => {
    await withOpenReader(database, async (open) => {
      const first = change(database, CHANGED);
      await swapThatHolds(database);
      const second = change(database, CHANGED);
      await untilLockIsAskedFor(database);
      await open.query("commit");
      expect((await first).rest).toEqual(CONVERGED);
      const oid = await one(database, "select 'public.mv'::regclass::oid");
      expect((await second).rest).toEqual(CONVERGED);
      expect(await one(database, "select 'public.mv'::regclass::oid")).toBe(oid);
    });
  });

  test("that cannot wait for another one any longer names it", async (database) => {
    const [first, second] = lockKey(CHANGED);
    await withClient(database.url, async (holder) => {
      await holder.query("set application_name = 'otro despliegue'");
      await holder.query("select pg_advisory_lock($1, $2)", [first, second]);
      const pid = Number((await holder.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid);
      await expect(change(database, { ...CHANGED, swapDeadlineSeconds: 1 })).rejects.toThrow(
        `public.mv: could not swap: another deploy is changing it and did not end within 1 s: pid ${pid} (application "otro despliegue"`,
      );
    });
    expect(await isNew(database)).toBe(false);
  });

  test("that was killed in the middle is finished by the next one", async (database) => {
    await killInTheMiddle(database);
    expect(await isNew(database)).toBe(false);
    expect(await asides(database)).toBe(2);
    expect((await change(database, CHANGED)).rest).toEqual(CONVERGED);
    expect(await isNew(database)).toBe(true);
    expect(await asides(database)).toBe(0);
  });

  test("that was killed in the middle leaves nothing for long when the definition is taken back", async (database) => {
    await killInTheMiddle(database);
    const old = { ...CHANGED, definition: "select id, nombre, length(nombre) as largo from public.ejecutivos" };
    const drifted = await withViewSession(database, async (session) => {
      const [actual] = await materializedViewKind.describe(session, [old]);
      return actual && materializedViewKind.observed(old, actual, session.capabilities);
    });
    expect(drifted).toEqual({ ...old, leftovers: ["public.mv_matview_swap"] });
    const { applied, rest } = await change(database, old);
    expect(applied.steps.map(({ action, reason }) => `${action}: ${reason}`)).toEqual([
      "remove leftovers: public.mv_matview_swap was left by a run that was cut off",
    ]);
    expect(rest).toEqual(CONVERGED);
    expect(await asides(database)).toBe(0);
  });

  test("of somebody else is no leftover while it goes on", async (database) => {
    await withOpenReader(database, async (open) => {
      const going = change(database, CHANGED);
      await swapThatHolds(database);
      const old = { ...CHANGED, definition: "select id, nombre, length(nombre) as largo from public.ejecutivos" };
      expect(await withViewSession(database, (session) => planChange(session, old))).toEqual(CONVERGED);
      await open.query("commit");
      expect((await going).rest).toEqual(CONVERGED);
    });
  });

  test("lets a job that fires meanwhile wait, and refresh the new view", async (database) => {
    await withOpenReader(database, async (open) => {
      const changed = change(database, CHANGED);
      await swapThatHolds(database);
      await run(
        database,
        "insert into public.ejecutivos (nombre, correo, coordinacion_id) values ('Nueva', 'nueva@ejemplo.test', 1)",
      );
      const job = withClient(database.url, async (client) => {
        await client.query("set application_name = 'pg_cron'");
        await client.query(refreshCommand(CHANGED));
      });
      await untilRow(database.client, "the job to wait", [
        "select 1 from pg_stat_activity where application_name = 'pg_cron' and wait_event_type = 'Lock'",
      ]);
      await open.query("commit");
      expect((await changed).rest).toEqual(CONVERGED);
      await job;
      expect(await isNew(database)).toBe(true);
      expect(await one(database, "select count(*)::int from public.mv where nombre = 'Nueva'")).toBe(1);
    });
  });

  test("never turns readers back in time: what a refresh brought after the build is in the new view", async (database) => {
    await withClient(database.url, async (job) => {
      await job.query("begin");
      await job.query(
        "insert into public.ejecutivos (nombre, correo, coordinacion_id) values ('Nueva', 'nueva@ejemplo.test', 1)",
      );
      await job.query(refreshCommand(CHANGED));
      const changed = change(database, CHANGED);
      await untilRow(database.client, "the swap to wait for the refresh", [
        "select 1 from pg_locks where relation = 'public.mv'::regclass and mode = 'ShareUpdateExclusiveLock' and not granted",
      ]);
      await job.query("commit");
      expect((await changed).rest).toEqual(CONVERGED);
    });
    expect(await isNew(database)).toBe(true);
    expect(await one(database, "select count(*)::int from public.mv where nombre = 'Nueva'")).toBe(1);
  });
});

describe("the mark by which a swap knows of a refresh", () => {
  test("is renewed by every refresh, and by no vacuum or analyze", async (database) => {
    const mark = "select xmin::text from pg_class where oid = 'public.mv'::regclass";
    const marks = [await one(database, mark)];
    for (const kept of ["vacuum public.mv", "analyze public.mv", "vacuum (full) public.ejecutivos"]) {
      await run(database, kept);
      expect(await one(database, mark)).toBe(marks[0]);
    }
    for (const renewed of ["refresh materialized view concurrently public.mv", "refresh materialized view public.mv"]) {
      await run(database, renewed);
      marks.push(await one(database, mark));
    }
    expect(new Set(marks).size).toBe(3);
  });
});

/** Ends the session of a swap that is built aside and waits for its moment. */
async function killInTheMiddle(database: TestDatabase): Promise<void> {
  await withOpenReader(database, async (open) => {
    const killed = change(database, CHANGED);
    const ended = expect(killed).rejects.toThrow(/could not swap/);
    await run(database, `select pg_terminate_backend(${await swapThatHolds(database)})`);
    await ended;
    await open.query("commit");
  });
}
