import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RefreshedViewArgs } from "../../../components/index.ts";
import type { PlanDocument } from "../../../operations/preview/document.ts";
import type { TestDatabase } from "../../../test/support/database.ts";
import { withServer } from "../../../test/support/database.ts";
import { withProject } from "../../consumerProject.ts";
import type { ConsumerProject } from "../../consumerProject.ts";
import { randomNumbers } from "../../fuzz/scheduleStrings.ts";
import { mustRun } from "../timed.ts";

const PROGRAM = `import { readFileSync } from "node:fs";
import { RefreshedView } from "pulumi-matview";
const { views, others } = JSON.parse(readFileSync("views.json", "utf8"));
for (const view of views) new RefreshedView(view.name, view);
for (const name of others) new RefreshedView(\`sobre_\${name}\`, {
  definition: \`select id from public.\${name}\`, uniqueKey: ["id"], owner: "matview_owner",
}, { dependsOn: first[name] });
`.replace("for (const view of views) new", "const first = {};\nfor (const view of views) first[view.name] = new");

type Declared = { -readonly [Key in keyof RefreshedViewArgs]: RefreshedViewArgs[Key] } & { name: string };

/** Why a declaration cannot be deployed: what spoils one that can, and statements for it. */
type Cause = readonly [kind: string, spoil: Partial<Declared> | ((name: string) => Partial<Declared>), onlyNew?: true];

const from = (list: string, rest = ""): Partial<Declared> => ({
  definition: `select ${list} from public.eventos ${rest}`,
});
const grant = (role: string): Partial<Declared> => ({ grants: [{ role, privileges: ["select"] }] });

const CAUSES: readonly Cause[] = [
  ["syntax error", { definition: "select id from where" }],
  ["two statements", from("id", "; drop table public.eventos")],
  ["no query", { definition: "delete from public.eventos" }],
  ["a parameter", from("id", "where id = $1")],
  ["no such source", { definition: "select id from public.aun_no" }],
  ["no such schema of a source", { definition: "select id from nada.eventos" }],
  ["no such column", from("id, nada")],
  ["no such function", from("id, public.nada(id) as x")],
  ["no such type", from("id, grupo::public.nada as x")],
  ["not grouped", from("id, count(*) as n")],
  ["types that do not meet", from("id", "where texto = 1")],
  ["a column twice", from("id, grupo as id")],
  ["a column without a type", from("id, row(1) as x")],
  ["no such key column", { uniqueKey: ["nada"] }],
  ["no such second key column", { uniqueKey: ["id", "nada"] }],
  ["a key with duplicates", { ...from("grupo"), uniqueKey: ["grupo"] }],
  ["a key with a null twice", { ...from("nullif(nullif(id, 7), 8) as id"), uniqueKey: ["id"] }],
  ["a key without order", { ...from("pg_catalog.to_json(id) as id"), uniqueKey: ["id"] }],
  ["no such owner", { owner: "nadie" }],
  ["an owner that is another", { owner: "ajeno" }],
  ["an owner that may not create", { owner: "sin_crear" }],
  ["an owner that may not log in", { owner: "sin_entrar" }],
  ["an owner without pg_cron", { owner: "sin_cron" }],
  ["no such reader", grant("nadie")],
  ["a reader too many", { grants: [...(grant("lector_a").grants as never[]), ...(grant("nadie").grants as never[])] }],
  ["no such schema", { schema: "nada" }, true],
  ["a schema that is closed", { schema: "cerrado" }, true],
  ["a source that is closed", { definition: "select id from public.secreto" }],
  ["rows that are hidden", { definition: "select id from public.oculta" }],
  ["no such tablespace", { tablespace: "nada" }],
  ["no such storage parameter", { storageParameters: { nada: "1" } }],
  ["a storage parameter out of range", { storageParameters: { fillfactor: "500" } }],
  ["a lock timeout that is too short", { refresh: { lockTimeout: "1s" } }],
  ["a view of another role", (name) => ({ ...from("id"), name: `ajena_${name}` }), true],
  ["a name that a table has", (name) => ({ name: `tabla_${name}` }), true],
  ["an index name that a table has", (name) => ({ indexName: `tabla_${name}` }), true],
  ["an index name of another table", (name) => ({ indexName: `tabla_${name}_pkey` }), true],
];

const FINE: readonly (Partial<Declared> | ((name: string) => Partial<Declared>))[] = [
  {},
  grant("lector_a"),
  { storageParameters: { fillfactor: "70" } },
  { comment: "it's; fine" },
  { ...from("id, grupo"), uniqueKey: ["grupo", "id"] },
  { ...from("nullif(id, 7) as id"), uniqueKey: ["id"] },
  from("e.id, pg_catalog.md5(e.texto) as huella", "e"),
  { tablespace: "pg_default" },
  { ...from("grupo, count(*) as n", "group by grupo"), uniqueKey: ["grupo"] },
  { rowSecurity: "allow", definition: "select id from public.oculta" },
  { owner: undefined },
];

/** What came of announcing and deploying. */
export interface Refusals {
  refusals: number;
  announced: number;
  wrongly_announced: number;
}

/** Declarations that cannot be deployed, beside some that can: all announced by matview plan, then deployed by the engine. */
export async function benchRefusals(count: number, fine: number, seed: number): Promise<Refusals> {
  return withServer({ sample: false, settings: { "cron.max_running_jobs": "1" } }, async (database) => {
    await prepare(database);
    const env = { MATVIEW_DATABASE_URL: database.server.url(database.name, "desplegador") };
    return withProject(PROGRAM, env, (project) => announceAndDeploy(database, project, { count, fine, seed }));
  });
}

async function announceAndDeploy(
  database: TestDatabase,
  project: ConsumerProject,
  { count, fine, seed }: { readonly count: number; readonly fine: number; readonly seed: number },
): Promise<Refusals> {
  const random = randomNumbers(seed);
  const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T;
  // A third of them are there already.
  const old = Array.from({ length: Math.floor(count / 3) }, (_, at) => sound(`v${at}`));
  const others = Array.from({ length: Math.min(5, fine) }, (_, at) => `b${at}`);
  await up(project, old, []);
  const bad = Array.from({ length: count }, (_, at): readonly [kind: string, view: Declared] => {
    const isOld = at < old.length;
    const causes = CAUSES.filter(([, , onlyNew]) => !isOld || onlyNew !== true);
    // Each cause once, then at random.
    const [kind, spoil] = at - old.length < CAUSES.length && !isOld ? CAUSES[at - old.length]! : pick(causes);
    const view = sound(`v${at}`);
    return [
      `${isOld ? "changed" : "new"}: ${kind}`,
      { ...view, ...(typeof spoil === "function" ? spoil(view.name) : spoil) },
    ];
  });
  const good = Array.from({ length: fine }, (_, at) => ({
    ...sound(`b${at}`),
    ...pick(at < others.length ? [{}] : FINE),
  }));
  for (const at of bad.keys()) await obstruct(database, `v${at}`);
  const views = [...bad.map(([, view]) => view), ...good];
  project.write("views.json", JSON.stringify({ views, others }));
  const refused = await announced(project);
  const failed = await up(project, views, others);
  return tallied(bad, [...good.map(({ name }) => name), ...others.map((name) => `sobre_${name}`)], refused, failed);
}

function sound(name: string): Declared {
  const owner = "matview_owner";
  return { name, ...from("id"), uniqueKey: ["id"], owner, job: { schedule: "0 3 1 1 *" } };
}

/** The declarations of which something is refused. */
async function announced(project: ConsumerProject): Promise<Set<string>> {
  const started = performance.now();
  const { stdout, stderr } = await project.matview(["plan", "--stack", "bench", "--json"]);
  console.error(`planned in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  if (!stdout.startsWith("{")) throw new Error(`matview plan failed:\n${stderr.slice(-4_000)}`);
  const { resources } = JSON.parse(stdout) as PlanDocument;
  return new Set(resources.filter(({ refusals }) => refusals.length > 0).map(({ urn }) => viewOf(urn)));
}

/** The declarations that the engine could not deploy. */
async function up(
  project: ConsumerProject,
  views: readonly Declared[],
  others: readonly string[],
): Promise<Map<string, string>> {
  project.write("views.json", JSON.stringify({ views, others }));
  const events = join(project.directory, "events.json");
  const started = performance.now();
  const args = ["up", "--yes", "--skip-preview", "--continue-on-error", "--parallel", "4", "--event-log", events];
  const { code, stderr, stdout } = await project.pulumi(args, { PULUMI_DEBUG_COMMANDS: "true" });
  console.error(`deployed in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  if (others.length === 0) await mustRun("the first pulumi up", Promise.resolve({ code, stdout, stderr }));
  const failed = new Map<string, string>();
  for (const line of readFileSync(events, "utf8").trim().split("\n")) {
    const { diagnosticEvent: told } = JSON.parse(line) as {
      diagnosticEvent?: { urn?: string; severity: string; message: string };
    };
    if (told?.urn !== undefined && told.severity === "error") failed.set(viewOf(told.urn), told.message);
  }
  return failed;
}

function viewOf(urn: string): string {
  return (urn.split("::").at(-1) ?? "").replace(/-(key|refresh|first-refresh)$/, "");
}

function tallied(
  bad: readonly (readonly [kind: string, view: Declared])[],
  good: readonly string[],
  refused: ReadonlySet<string>,
  failed: ReadonlyMap<string, string>,
): Refusals {
  const stopped = bad.filter(([, { name }]) => failed.has(name));
  for (const [kind, { name }] of bad) if (!failed.has(name)) console.log(`was deployed: ${kind}`);
  for (const [kind, { name }] of stopped)
    if (!refused.has(name)) console.log(`not announced: ${kind}: ${failed.get(name)?.slice(0, 400)}`);
  for (const name of good)
    if (failed.has(name)) console.log(`could not be deployed: ${name}: ${failed.get(name)?.slice(0, 400)}`);
  const wrongly = [...refused].filter((name) => !failed.has(name));
  for (const name of wrongly) console.log(`wrongly announced: ${name}`);
  return {
    refusals: stopped.length,
    announced: stopped.filter(([, { name }]) => refused.has(name)).length,
    wrongly_announced: wrongly.length,
  };
}

/** What some of the causes need to be there under a view's name. */
async function obstruct({ client }: TestDatabase, name: string): Promise<void> {
  await client.query(`create materialized view public.ajena_${name} as select id from public.eventos`);
  await client.query(`create table public.tabla_${name} (id int primary key)`);
}

async function prepare({ client, server }: TestDatabase): Promise<void> {
  const roles = ["desplegador", "matview_owner", "sin_crear", "sin_cron"];
  for (const role of roles) {
    await client.query(`create role ${role} login password '${server.password(role)}'`);
    await server.mapRole(role);
  }
  await client.query(`create role sin_entrar; create role ajeno; create role lector_a;
    grant matview_owner, sin_crear, sin_cron, sin_entrar to desplegador;
    grant usage on schema cron to desplegador, matview_owner, sin_crear, sin_entrar;
    grant select on cron.job, cron.job_run_details to desplegador;
    grant create on schema public to desplegador, matview_owner, sin_cron, sin_entrar;
    create schema cerrado; grant usage on schema cerrado to public;
    create table public.eventos as select i as id, i % 97 as grupo, 'texto ' || i as texto from generate_series(1, 2000) i;
    alter table public.eventos add primary key (id);
    create table public.secreto as select id from public.eventos;
    create table public.oculta as select id from public.eventos;
    alter table public.oculta enable row level security;
    create policy todas on public.oculta using (id < 5);
    grant select on public.eventos, public.oculta to public`);
}
