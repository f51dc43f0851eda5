import { expect, jest, test } from "@jest/globals";
import { Client } from "pg";
import { until } from "../../../scripts/database/until.ts";
import { launcherRuns, runMatview } from "../../support/dashboard.ts";
import { withServer } from "../../support/database.ts";
import { runPrinted } from "../../support/printedFix.ts";
import type { PrintedFinding } from "../../support/printedFix.ts";
import { one } from "../../support/viewChange.ts";

jest.setTimeout(300_000);

async function findingsOf(name: string, url: string): Promise<PrintedFinding[]> {
  const { stdout } = await runMatview(["doctor", `public.v_${name}`, "--json"], url);
  const [view] = JSON.parse(stdout) as [{ findings: PrintedFinding[] }];
  return view.findings;
}

/** A way in which pg_cron's own runs fail: what makes them, and what the doctor has to say. */
interface Way {
  readonly name: string;
  /** Before the job is made; the role owns the view and may log in. */
  readonly setup: readonly string[];
  /** Whether pg_cron is let in over the socket as the role. */
  readonly isMapped?: false;
  /** A lock is held on the view's source until the run has failed, and this is done to the session that waits for it. */
  readonly toWaiter?: "pg_cancel_backend" | "pg_terminate_backend" | "nothing";
  readonly finding: string;
  readonly evidence: RegExp;
  readonly cause: RegExp;
  readonly fix: RegExp;
  readonly run?: readonly RegExp[];
}

const WAYS: readonly Way[] = [
  {
    name: "sin_mapa",
    setup: [],
    isMapped: false,
    finding: "job-cannot-connect",
    evidence: /^(the last run|the last \d+ runs): connection failed$/,
    cause:
      /^pg_cron connects through the socket \/\S+, port \d+ to database postgres as role sin_mapa: line 1 of \S*pg_hba\.conf \(local all all peer\) asks it for peer$/,
    fix: /^a line in pg_ident\.conf that maps the system user that runs PostgreSQL to sin_mapa/,
  },
  {
    name: "sin_sitio",
    setup: ["alter role sin_sitio connection limit 0"],
    finding: "job-cannot-connect",
    evidence: /connection failed/,
    cause: /as role sin_sitio: the role may have 0 connections at a time/,
    fix: /^lift the limit:$/,
    run: [/^alter role sin_sitio connection limit -1$/],
  },
  {
    name: "lento",
    setup: ["alter role lento set statement_timeout = '20ms'"],
    toWaiter: "nothing",
    finding: "statement-timeout",
    evidence: /canceling statement due to statement timeout/,
    cause: /^a refresh may take no longer than statement_timeout of the job's role/,
    fix: /^declare refresh\.statementTimeout of the view/,
    run: [/^alter role lento in database postgres set statement_timeout = '15min'$/],
  },
  {
    name: "esperando",
    setup: ["alter role esperando set lock_timeout = '20ms'"],
    toWaiter: "nothing",
    finding: "lock-timeout",
    evidence: /canceling statement due to lock timeout/,
    cause: /^somebody held a lock/,
    fix: /^end what holds the lock/,
    run: [/'public\.v_esperando'::regclass$/],
  },
  {
    name: "solo_lectura",
    setup: ["alter role solo_lectura set default_transaction_read_only = on"],
    finding: "read-only",
    evidence: /cannot execute REFRESH MATERIALIZED VIEW in a read-only transaction/,
    cause: /set to read only/,
    fix: /^make room first/,
    run: [
      /^set default_transaction_read_only = off$/,
      /^alter database postgres reset default_transaction_read_only$/,
      /^alter role solo_lectura reset default_transaction_read_only$/,
      /^alter role solo_lectura in database postgres reset default_transaction_read_only$/,
    ],
  },
  {
    name: "sin_temporales",
    setup: [
      "alter role sin_temporales set work_mem = '64kB'",
      "alter role sin_temporales set temp_file_limit = '64kB'",
    ],
    finding: "temp-file-limit",
    evidence: /temporary file size exceeds temp_file_limit/,
    cause: /more than temp_file_limit allows/,
    fix: /as a superuser a refresh has no such limit/,
    run: [
      /^alter role sin_temporales set work_mem = '64MB'$/,
      /^alter role sin_temporales set temp_file_limit = '10GB'$/,
    ],
  },
  {
    name: "cancelado",
    setup: [],
    toWaiter: "pg_cancel_backend",
    finding: "run-cancelled",
    evidence: /canceling statement due to user request/,
    cause: /^somebody cancelled it/,
    fix: /^wait for the next run; or now:$/,
    run: [/^matview refresh public\.v_cancelado$/],
  },
  {
    name: "terminado",
    setup: [],
    toWaiter: "pg_terminate_backend",
    finding: "run-lost",
    evidence: /terminating connection|connection lost|server closed the connection/,
    cause: /ended the session/,
    fix: /^wait for the next run; or now:$/,
    run: [/^matview refresh public\.v_terminado$/],
  },
];

test("each way in which pg_cron's runs fail is told with its cause", async () => {
  await withServer({ cronDatabase: "postgres", sample: false }, async (database) => {
    const { client, url, server } = database;
    await launcherRuns(client);
    // From 16 on the test servers' map lets pg_cron in as any role.
    const major = Number((await one(database, "show server_version_num")) as string) / 10_000;
    const ways = WAYS.filter(({ isMapped }) => isMapped !== false || major < 16);
    const blocker = new Client({ connectionString: url });
    await blocker.connect();
    try {
      for (const { name, setup, isMapped } of ways) {
        await client.query(`create role ${name} login`);
        if (isMapped !== false) await server.mapRole(name);
        for (const statement of [
          `grant usage on schema cron to ${name}`,
          `create table public.t_${name} as select i as id, repeat('x', 90) as texto from generate_series(1, 9000) i`,
          `alter table public.t_${name} owner to ${name}`,
          `create materialized view public.v_${name} as select distinct id, texto from public.t_${name} order by texto, id desc`,
          `create unique index on public.v_${name} (id)`,
          `alter materialized view public.v_${name} owner to ${name}`,
          ...setup,
        ])
          await client.query(statement);
      }
      await blocker.query("begin");
      for (const { name, toWaiter } of ways)
        if (toWaiter !== undefined) await blocker.query(`lock table public.t_${name} in access exclusive mode`);
      for (const { name } of ways) {
        const command = `refresh materialized view concurrently public.v_${name}`;
        await client.query("select cron.schedule_in_database($1, '* * * * *', $2, 'postgres', $3)", [
          name,
          command,
          name,
        ]);
      }
      await until(
        async () => {
          for (const { name, toWaiter } of ways)
            if (toWaiter?.startsWith("pg_") === true)
              await client.query(
                `select ${toWaiter}(pid) from pg_stat_activity where usename = '${name}' and wait_event_type = 'Lock'`,
              );
          const failed = await client.query("select distinct jobid from cron.job_run_details where status = 'failed'");
          return failed.rows.length === ways.length;
        },
        { what: "every job to fail", everyMs: 200, atMostMs: 120_000 },
      );
      await client.query("select cron.alter_job(jobid, active := false) from cron.job");
      await blocker.query("rollback");
      await client.query("update cron.job set active = true, schedule = '0 0 1 1 *'");
      for (const { name, finding, evidence, cause, fix, run } of ways) {
        const findings = await findingsOf(name, url);
        expect(findings).toEqual([
          expect.objectContaining({
            id: finding,
            evidence: expect.stringMatching(evidence),
            cause: expect.stringMatching(cause),
            fix: expect.stringMatching(fix),
            ...(run === undefined ? {} : { run: run.map((one): unknown => expect.stringMatching(one)) }),
          }),
        ]);
        for (const one of findings) expect(await runPrinted(one, url)).toBe("");
      }
      // What was printed and run lets the next run of each succeed.
      const mended = ways.filter(({ run }) => run !== undefined).map(({ name }) => name);
      await client.query("update cron.job set schedule = '* * * * *' where jobname = any ($1)", [mended]);
      await until(
        async () => {
          const good = await client.query(
            "select distinct jobid from cron.job_run_details d where status = 'succeeded' and not exists (select 1 from cron.job_run_details l where l.jobid = d.jobid and l.runid > d.runid and l.status <> 'succeeded')",
          );
          return good.rows.length === mended.length;
        },
        { what: "every job to succeed", everyMs: 200, atMostMs: 120_000 },
      );
      for (const name of mended) expect((await findingsOf(name, url)).map(({ id }) => id)).toEqual([]);
    } finally {
      await blocker.end();
    }
  });
});
