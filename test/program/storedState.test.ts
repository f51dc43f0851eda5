import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { escapeLiteral } from "pg";
import type { KindName } from "../../kinds/kindName.ts";
import { loaderText } from "../../provider/loader.ts";
import type { TestDatabase } from "../support/database.ts";
import { withProgram } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

/** What a deploy by an earlier commit left: the entries of its state, and what it had written on the objects. */
interface Stored {
  readonly resources: readonly Entry[];
  readonly objects: {
    readonly comment: string;
    readonly indexComment: string | null;
    readonly jobs: readonly { readonly jobname: string; readonly schedule: string; readonly command: string }[];
  };
}

interface Entry {
  readonly urn: string;
  readonly id?: string;
  readonly inputs?: object;
  /** Without what the inputs have as well. */
  readonly outputs?: object;
}

// Of PostgreSQL 15, exported by the commit that the file is named after. Left out: the engine's times and places in the source, secrets' salt,
// the text of __provider, which never changes, and the database's identity, which is another one here. The first refresh of dade419 had the
// package's path in its command.
function storedBy(commit: string): Stored {
  return JSON.parse(readFileSync(join(import.meta.dirname, "states", `${commit}.json`), "utf8")) as Stored;
}

const DEFINITION = "select tienda, count(*) as n from public.ventas group by tienda";
const program = (schedule: string): string => `import { RefreshedView } from "pulumi-matview";
new RefreshedView("tablero", {
  schema: "public", name: "tablero", definition: "${DEFINITION}",
  uniqueKey: ["tienda"], owner: "dueno", comment: "Ventas por tienda", grants: [{ role: "lector", privileges: ["select"] }],
  job: { schedule: "${schedule}", active: true },
  refresh: { lockTimeout: "5s", statementTimeout: "2m", vacuum: "30 4 1 1 *", keepRuns: "7d" },
});
`;

const OBJECTS = `
  create role dueno login;
  alter role dueno in database postgres set statement_timeout = '120000';
  grant usage on schema cron to dueno;
  grant select on public.ventas to dueno;
  create materialized view public.tablero as ${DEFINITION};
  create unique index tablero_tienda_idx on public.tablero (tienda);
  alter materialized view public.tablero owner to dueno;
  grant select on public.tablero to lector;
`;

async function makeObjects({ client, server, name }: TestDatabase, { objects }: Stored): Promise<void> {
  await client.query(OBJECTS);
  await server.mapRole("dueno");
  await client.query(`comment on materialized view public.tablero is ${escapeLiteral(objects.comment)}`);
  if (objects.indexComment !== null)
    await client.query(`comment on index public.tablero_tienda_idx is ${escapeLiteral(objects.indexComment)}`);
  for (const { jobname, schedule, command } of objects.jobs)
    await client.query("select cron.schedule_in_database($1, $2, $3, $4, 'dueno', true)", [
      ...[jobname, schedule, command],
      name,
    ]);
}

/** The state as the engine imports it. */
async function stateOf({ client, name }: TestDatabase, { resources }: Stored): Promise<string> {
  const { rows } = await client.query("select system_identifier::text as system from pg_control_system()");
  const identity = [name, "127.0.0.1", rows[0].system];
  const entries = resources.map(({ urn, ...rest }) => {
    const type = (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
    const kind = /^pulumi-nodejs:dynamic\/matview:(.)(.*)$/.exec(type);
    const loader = kind === null ? {} : { __provider: loaderText(`${kind[1]?.toLowerCase()}${kind[2]}` as KindName) };
    const inputs = { ...rest.inputs, ...loader };
    const databaseIdentity = kind === null ? {} : { databaseIdentity: identity };
    const outputs = { ...inputs, ...rest.outputs, ...databaseIdentity };
    return { ...rest, urn, type, custom: rest.id !== undefined, inputs, outputs };
  });
  const manifest = { time: "2026-11-28T00:00:00Z", magic: "", version: "" };
  return JSON.stringify({ version: 3, deployment: { manifest, resources: entries } });
}

async function world({ client }: TestDatabase): Promise<unknown> {
  const { rows } = await client.query(
    `select c.oid, pg_relation_filenode(c.oid) as filenode, i.indexrelid, pg_relation_filenode(i.indexrelid) as key,
            (select json_agg(j order by jobid) from (select jobid, jobname, schedule, active, username,
              split_part(command, E'\\n/* pulumi-matview', 1) as command from cron.job) j) as jobs
     from pg_class c join pg_index i on i.indrelid = c.oid where c.oid = to_regclass('public.tablero')`,
  );
  return rows[0];
}

describe("a stack that an earlier commit deployed", () => {
  test.each([
    // Before objects said who manages them, and before the first refresh had a text that is the same everywhere.
    ["dade419", ["update tablero-first-refresh"]],
    // Before arguments were checked and the floors were split further.
    ["8606658", []],
  ])("previews empty, and goes on: %s", async (commit, changes) => {
    const stored = storedBy(commit);
    await withProgram({ text: program("0 3 1 1 *") }, async (project, database) => {
      await makeObjects(database, stored);
      const before = await world(database);
      project.write("state.json", await stateOf(database, stored));
      await mustRun(project, ["stack", "import", "--file", "state.json"]);
      expect(await operations(project)).toEqual(changes);
      await mustRun(project, UP);
      expect(await world(database)).toEqual(before);
      await mustConverge(project);
      // The next change is that change, and no more.
      project.write("index.ts", program("0 4 1 1 *"));
      expect(await operations(project)).toEqual(["update tablero-refresh"]);
      await mustRun(project, UP);
      expect(JSON.stringify(await world(database))).toBe(JSON.stringify(before).replace("0 3 1 1 *", "0 4 1 1 *"));
      await mustConverge(project);
      await mustRun(project, ["destroy", "--yes"]);
      expect(await world(database)).toBeUndefined();
      expect((await database.client.query("select from cron.job")).rowCount).toBe(0);
    });
  });
});
