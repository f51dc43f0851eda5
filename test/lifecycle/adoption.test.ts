import { describe, expect, jest, test } from "@jest/globals";
import type { Client } from "pg";
import { withClient } from "../../scripts/database/withClient.ts";
import { DEFINITION, VIEW } from "../support/dashboard.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { withStack } from "../support/engine.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(180_000);

/** The server as a host gives it: the superuser has another name, and postgres is a role without its rights. */
async function asOnAHost({ server, client }: TestDatabase): Promise<string> {
  await client.query(`create role admin_of_host superuser login password '${server.password("admin_of_host")}'`);
  const postgres = server.url("postgres", "postgres_user").replace("postgres_user", "postgres");
  await withClient(server.url("postgres", "admin_of_host"), async (admin) => {
    await admin.query("alter role postgres rename to host_superuser");
    await admin.query(`create role postgres login password '${server.password("postgres_user")}'`);
    await admin.query("alter database postgres owner to postgres");
    await admin.query("alter schema public owner to postgres");
    for (const table of [
      "prospectos",
      "conversaciones_whatsapp",
      "mensajes_whatsapp",
      "coordinaciones",
      "ejecutivos",
    ]) {
      await admin.query(`alter table public.${table} owner to postgres`);
    }
    await admin.query("grant usage on schema cron to postgres");
    await admin.query("grant execute on all functions in schema cron to postgres");
    await admin.query("select setval('cron.jobid_seq', 2)");
  });
  return postgres;
}

async function makeByHand(client: Client): Promise<void> {
  await client.query(`create materialized view mv_conversaciones_dashboard as ${DEFINITION}`);
  await client.query("create unique index on mv_conversaciones_dashboard (conversacion_id)");
  await client.query(
    "select cron.schedule('refresh-conversaciones-dashboard', '*/5 * * * *', 'refresh materialized view concurrently mv_conversaciones_dashboard')",
  );
}

async function fingerprint(client: Client): Promise<unknown> {
  const { rows } = await client.query(
    `select c.oid, c.relfilenode, c.xmin::text as row_version, i.indexrelid, i.xmin::text as index_version,
            (select max(m.xmin::text::bigint)::text from ${VIEW} m) as newest_row,
            (select max(vista_actualizada_at)::text from ${VIEW}) as stamp
     from pg_class c join pg_index i on i.indrelid = c.oid where c.oid = '${VIEW}'::regclass`,
  );
  return rows;
}

describe("the first user's database", () => {
  test("is taken over as it is: no rebuild, no refresh, one alter_job", async () => {
    // No run of the job may come between the two looks at the view.
    await withServer({ launcherStands: true }, async (database) => {
      const url = await asOnAHost(database);
      await withClient(url, async (client) => {
        await makeByHand(client);
        const before = await fingerprint(client);
        await withStack({ env: { MATVIEW_DATABASE_URL: url } }, async (stack) => {
          await mustRun(stack, UP);
          expect(await fingerprint(client)).toEqual(before);
          const { rows } = await client.query(
            "select jobid, schedule, split_part(command, E'\\n', 1) as command, username, active from cron.job",
          );
          expect(rows).toEqual([
            {
              jobid: "3",
              schedule: "*/5 * * * *",
              command: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${VIEW}`,
              username: "postgres",
              active: true,
            },
          ]);
          await mustConverge(stack);
        });
      });
    });
  });

  test("is left alone where it differs, and the differences are named", async () => {
    await withServer({}, async (database) => {
      const url = await asOnAHost(database);
      await withClient(url, async (client) => {
        await makeByHand(client);
        await client.query("select cron.alter_job(3, schedule := '*/10 * * * *')");
        await withStack({ env: { MATVIEW_DATABASE_URL: url } }, async (stack) => {
          const { code, stdout } = await stack.pulumi(UP);
          expect(code).not.toBe(0);
          expect(stdout).toMatch(
            /refresh job refresh-conversaciones-dashboard exists and differs from the declaration/,
          );
          expect(stdout).toMatch(/schedule: declared \*\/5 \* \* \* \*, found \*\/10 \* \* \* \*/);
          expect((await client.query("select schedule from cron.job")).rows).toEqual([{ schedule: "*/10 * * * *" }]);

          stack.configure({ adopt: true });
          await mustRun(stack, UP);
          expect((await client.query("select jobid, schedule from cron.job")).rows).toEqual([
            { jobid: "3", schedule: "*/5 * * * *" },
          ]);
        });
      });
    });
  });
});
