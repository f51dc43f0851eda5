import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { VIEW } from "../support/dashboard.ts";
import { DEV_CONFIG, sharedDeployment } from "../support/deployment.ts";
import { mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(240_000);

const INDEX = `${VIEW}_conversacion_id_idx`;

interface Row {
  readonly resource: string;
  readonly property: string;
  readonly declared: string;
  readonly actual: string;
  readonly upWould: string;
  readonly severity: string;
}

const view = `materialized view ${VIEW}`;
const index = `index ${INDEX}`;
const job = "refresh job refresh-conversaciones-dashboard@matview_owner";

describe("matview drift", () => {
  const deployed = sharedDeployment();
  const check = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    deployed().stack.matview(["drift", "--stack", "test", ...args]);
  const rows = async (): Promise<{ code: number; rows: Row[] }> => {
    const { code, stdout, stderr } = await check("--json");
    if (stdout === "") throw new Error(stderr);
    return { code, rows: (JSON.parse(stdout) as { rows: Row[] }).rows };
  };

  test("ends with 0 where nothing has drifted, and reports what nobody declared", async () => {
    const { client } = deployed().database;
    expect(await rows()).toEqual({ code: 0, rows: [] });
    await client.query("create role lector");
    await client.query(`grant select on ${VIEW} to lector`);
    await client.query(`create index by_hand on ${VIEW} (estado)`);
    await client.query(`comment on materialized view ${VIEW} is 'by hand'`);
    const { code, rows: found } = await rows();
    expect(code).toBe(0);
    expect(found.map(({ property, actual, severity, upWould }) => [property, actual, severity, upWould])).toEqual([
      ["undeclared index", "by_hand", "extra", "nothing"],
      ["undeclared grant", "select to lector", "extra", "nothing"],
      ["undeclared comment", "by hand", "extra", "nothing"],
    ]);
    await client.query(
      `drop index public.by_hand; revoke select on ${VIEW} from lector; comment on materialized view ${VIEW} is null`,
    );
  });

  test("ends with 7 and names each property that drifted, and what up would do, in every form", async () => {
    const { client } = deployed().database;
    await client.query(`refresh materialized view ${VIEW} with no data`);
    await client.query(`alter materialized view ${VIEW} owner to postgres`);
    await client.query(`update pg_index set indisvalid = false where indexrelid = '${INDEX}'::regclass`);
    await client.query(
      "select cron.alter_job(jobid, schedule := '7 * * * *', command := 'select 1', active := false) from cron.job",
    );
    await client.query(`select cron.schedule('other', '0 0 1 1 *', 'refresh materialized view ${VIEW}')`);
    const { code, rows: found } = await rows();
    expect(code).toBe(7);
    expect(found.map(({ resource, property, declared, actual }) => [resource, property, declared, actual])).toEqual([
      [view, "owner", "matview_owner", "postgres"],
      [view, "populated", "true", "false"],
      [view, "another job that refreshes it", "none", "other of postgres, 0 0 1 1 *"],
      [index, "valid", "true", "false"],
      [job, "active", "true", "false"],
      [job, "command", `REFRESH MATERIALIZED VIEW CONCURRENTLY ${VIEW}`, "select 1"],
      [job, "schedule", "*/5 * * * *", "7 * * * *"],
    ]);
    expect(found.find(({ property }) => property === "schedule")?.upWould).toBe(
      "alter job refresh-conversaciones-dashboard",
    );
    expect(found.find(({ property }) => property === "another job that refreshes it")?.upWould).toBe(
      "nothing: unschedule it by hand",
    );

    const file = join(deployed().stack.directory, "drift.xml");
    const markdown = await check("--markdown", "--junit", file);
    expect(markdown.code).toBe(7);
    expect(markdown.stdout).toMatch(
      /^### stack test, database postgres: 7 properties have drifted\n\n\| resource \| property \|/,
    );
    expect(markdown.stdout).toContain(`| ${job} | schedule | */5 * * * * | 7 * * * * | not known | alter job`);
    const xml = readFileSync(file, "utf8");
    expect(xml).toContain('<testsuites tests="6" failures="3">');
    expect(xml).toContain(`<failure message="valid">valid: declared true, actual false;`);
    expect((await check()).stdout).toMatch(/7 properties have drifted\n/);

    await client.query("select cron.unschedule('other')");
    await mustRun(deployed().stack, UP);
    expect(await rows()).toEqual({ code: 0, rows: [] });
  });

  test("names an object that is gone, and a definition that is another one", async () => {
    const { client } = deployed().database;
    await client.query(`drop materialized view ${VIEW}`);
    await client.query(
      `create materialized view ${VIEW} as select id as conversacion_id from public.conversaciones_whatsapp`,
    );
    await client.query(`alter materialized view ${VIEW} owner to matview_owner`);
    const { code, rows: found } = await rows();
    expect(code).toBe(7);
    expect(found.map(({ resource, property, actual }) => [resource, property, actual])).toEqual([
      [
        view,
        "definition",
        // PostgreSQL 16 and later name the table only where it is needed.
        expect.stringMatching(
          /^SELECT (conversaciones_whatsapp\.)?id AS conversacion_id\n   FROM public\.conversaciones_whatsapp;$/,
        ),
      ],
      [index, "exists", "false"],
    ]);
    await mustRun(deployed().stack, UP);
    expect(await rows()).toEqual({ code: 0, rows: [] });
  });

  test("keeps to what the declaration answers to drift: fix, warn or ignore", async () => {
    const { stack, database } = deployed();
    const { client } = database;
    stack.configure({ ...DEV_CONFIG, onDrift: '{"schedule":"warn","active":"ignore"}' });
    await mustRun(stack, UP);
    await client.query("select cron.alter_job(jobid, schedule := '9 * * * *', active := false) from cron.job");
    const warned = await rows();
    expect(warned.code).toBe(0);
    expect(warned.rows.map(({ property, actual, severity, upWould }) => [property, actual, severity, upWould])).toEqual(
      [["schedule", "9 * * * *", "warning", "nothing: declared to be let alone"]],
    );

    // What is to be fixed is fixed beside it.
    await client.query("select cron.alter_job(jobid, command := 'select 1') from cron.job");
    expect((await rows()).code).toBe(7);
    await mustRun(stack, UP);
    const live = "select schedule, active, command like 'REFRESH%' as refreshes from cron.job";
    expect((await client.query(live)).rows).toEqual([{ schedule: "9 * * * *", active: false, refreshes: true }]);

    // A changed declaration is no drift.
    stack.configure({ ...DEV_CONFIG, schedule: "*/4 * * * *", onDrift: '{"schedule":"warn","active":"ignore"}' });
    await mustRun(stack, UP);
    expect((await client.query(live)).rows).toEqual([{ schedule: "*/4 * * * *", active: false, refreshes: true }]);
    stack.configure(DEV_CONFIG);
    await mustRun(stack, UP);
    expect((await client.query(live)).rows).toEqual([{ schedule: "*/5 * * * *", active: true, refreshes: true }]);
  });

  test("ends with 1 where it cannot tell", async () => {
    const elsewhere = { MATVIEW_DATABASE_URL: "postgresql://someone:secretword@127.0.0.1:1/nowhere" };
    const { code, stdout, stderr } = await deployed().stack.matview(["drift", "--stack", "test"], elsewhere);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'matview drift: cannot connect to PostgreSQL at 127.0.0.1:1, database "nowhere", user "someone": ' +
        "connect ECONNREFUSED 127.0.0.1:1; the connection is from MATVIEW_DATABASE_URL\n",
    );
    expect(stdout + stderr).not.toContain("secretword");
  });
});
