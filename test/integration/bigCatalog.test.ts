import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { deployLog } from "../../kinds/materializedView/deployLog.ts";
import { SQL_FOLDER, sqlStatement } from "../../postgres/sqlFiles.ts";
import { makeBigCatalog } from "../support/bigCatalog.ts";
import type { TestDatabase } from "../support/database.ts";
import { withServer } from "../support/database.ts";
import { shared } from "../support/lent.ts";
import { looks } from "../support/looks.ts";
import type { Look, Subject } from "../support/looks.ts";
import { one } from "../support/viewChange.ts";

jest.setTimeout(180_000);

/** Of one catalog table, for what is asked about one object; tables that grow with a database have thousands here. */
const MOST_ROWS = 500;

/** For what is asked about all 300 materialized views. */
const MOST_ROWS_OF_ALL = 3_000;

/**
 * What must read more: names may stand in the text of every function, of which the server's own 3,400 are as many everywhere; and a role
 * may own any view.
 */
const MORE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  functions_mentioning: { pg_proc: 6_000 },
  refresh_audit_objects: { pg_rewrite: 1_000 },
  view_definitions: { pg_proc: 6_000 },
};

const database = shared<TestDatabase>(
  (use) => withServer({ settings: { autovacuum: "off" } }, use),
  ({ client }) => makeBigCatalog(client),
);

/** A node of a plan, as the server explains it. */
interface Node {
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly Node[];
}

/** Rows that a plan read, by catalog table. */
function rowsRead(node: Node, read = new Map<string, number>()): Map<string, number> {
  const table = node["Relation Name"];
  if (table?.startsWith("pg_")) {
    const { "Rows Removed by Filter": filtered = 0, "Rows Removed by Index Recheck": rechecked = 0 } = node;
    const rows = (node["Actual Rows"] + filtered + rechecked) * node["Actual Loops"];
    read.set(table, (read.get(table) ?? 0) + Math.round(rows));
  }
  for (const child of node.Plans ?? []) rowsRead(child, read);
  return read;
}

async function explained(text: string, values: readonly unknown[] = []): Promise<string[]> {
  const { client } = database();
  await client.query("begin");
  try {
    await client.query("set local search_path = ''");
    const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Node; JIT?: object }] }>(
      `explain (analyze, format json, timing off) ${text}`,
      [...values],
    );
    const { Plan: plan, JIT: jit } = rows[0]!["QUERY PLAN"][0];
    return [
      ...Array.from(rowsRead(plan), ([table, count]) => `${table} ${count}`),
      // Compiling what runs for milliseconds takes longer than all of it.
      ...(jit === undefined ? [] : ["jit 1000000"]),
    ];
  } finally {
    await client.query("rollback");
  }
}

async function subject(): Promise<Subject> {
  const { client } = database();
  await client.query("create policy mios on grande.t7 using (exists (select 1 from grande.mv7))");
  const view = { schema: "grande", name: "mv7" };
  await client.query(
    deployLog({ view, owner: "postgres", claim: undefined, action: "deployed", relation: view }).install,
  );
  const { rows } = await client.query<Subject>(
    `select 'grande.mv7'::regclass::oid::text as oid, 'grande.f7'::regproc::oid::text as function,
            (select p.oid::text from pg_policy p where p.polname = 'mios') as policy, cron.schedule('mv7', '0 3 1 1 *', 'refresh materialized view grande.mv7')::text as "jobId"`,
  );
  return rows[0]!;
}

function tooMuch(file: string, read: readonly string[], values: readonly unknown[] = []): string[] {
  const most = values[0] === null ? MOST_ROWS_OF_ALL : MOST_ROWS;
  return read.filter((line) => {
    const [table = "", rows] = line.split(" ");
    return Number(rows) > (MORE[file]?.[table] ?? most);
  });
}

test("no statement that looks reads a catalog table whole, or is worth compiling", async () => {
  const all = looks(await subject());
  const files = readdirSync(join(SQL_FOLDER, "describe")).map((file) => file.replace(/\.sql$/, ""));
  // A new statement is asked here too: write down what about.
  expect(Object.keys(all).sort()).toEqual(files.sort());
  const found: string[] = [];
  for (const [file, questions] of Object.entries(all)) {
    for (const { values, variables } of questions as readonly Look[]) {
      const text =
        variables === undefined
          ? readFileSync(join(SQL_FOLDER, "describe", `${file}.sql`), "utf8")
          : sqlStatement(`describe/${file}`, variables);
      const read = tooMuch(file, await explained(text, values), values);
      if (read.length > 0) found.push(`${file}(${JSON.stringify(values)}): ${read.join(", ")}`);
    }
  }
  expect(found).toEqual([]);
});

test("nor do the checks in SQL", async () => {
  const whole = readFileSync(join(SQL_FOLDER, "verify", "checks.sql"), "utf8");
  const given: Readonly<Record<string, string>> = { view: "grande.mv7", job: "mv7" };
  const text = whole
    .slice(whole.indexOf("with given as"))
    .replace(/^\\if :\{\?numbers\}[^]*?^\\else$/m, "")
    .replace(/^\\.*$/gm, "")
    .replace(/(?<!:):'(\w+)'/g, (_match, name: string) => `'${given[name] ?? ""}'`);
  await database().client.query("set jit = off");
  expect(tooMuch("checks", await explained(text))).toEqual([]);
  expect(await one(database(), "select count(*)::int > 100000 from pg_depend")).toBe(true);
});
