import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import type { dynamic } from "@pulumi/pulumi";
import { materializedViewKind } from "../../../kinds/materializedView/kind.ts";
import { refreshJobKind } from "../../../kinds/refreshJob/kind.ts";
import { viewIndexKind } from "../../../kinds/viewIndex/kind.ts";
import { lifecycle } from "../../../lifecycle/lifecycle.ts";
import {
  createDashboard,
  DAY_OF_RUNS,
  DEFINITION,
  JOB,
  launcherRuns,
  quietSchedule,
  recordRuns,
  runMatview,
  STAMP,
  VIEW,
} from "../../support/dashboard.ts";
import { withServer } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { shared } from "../../support/lent.ts";

jest.setTimeout(240_000);

type Props = Record<string, unknown>;

const OWNER = "matview_owner";
const SOURCES = ["conversaciones_whatsapp", "coordinaciones", "ejecutivos", "mensajes_whatsapp", "prospectos", "reloj"];
const sources = SOURCES.map((name) => `public.${name}`).join(", ");

/** Everything that a look may need: how the watcher has it, and who loses it. */
const RIGHTS: Readonly<Record<string, readonly [give: string, take: string]>> = {
  "the owner's membership": [`grant ${OWNER} to watcher`, `revoke ${OWNER} from watcher`],
  "usage of cron": ["grant usage on schema cron to watcher", "revoke usage on schema cron from watcher"],
  "cron.job": ["grant select on cron.job to watcher", "revoke select on cron.job from watcher"],
  "the owner's cron.job": [`grant select on cron.job to ${OWNER}`, `revoke select on cron.job from ${OWNER}`],
  "the owner's runs": [
    `grant select on cron.job_run_details to ${OWNER}`,
    `revoke select on cron.job_run_details from ${OWNER}`,
  ],
  "usage of the schema": ["grant usage on schema public to watcher", "revoke usage on schema public from watcher"],
  "the view": [`grant select on ${VIEW} to watcher`, `revoke select on ${VIEW} from watcher`],
  "the sources": [`grant select on ${sources} to watcher`, `revoke select on ${sources} from watcher`],
  temporary: ["grant temporary on database postgres to watcher", "revoke temporary on database postgres from watcher"],
  connect: ["grant connect on database postgres to watcher", "revoke connect on database postgres from watcher"],
};
type Right = keyof typeof RIGHTS & string;

const states: Props[] = [];
const kinds = [materializedViewKind, viewIndexKind, refreshJobKind].map((kind) =>
  lifecycle(kind as unknown as typeof refreshJobKind),
);

function configured(provider: dynamic.ResourceProvider, url: string): Required<dynamic.ResourceProvider> {
  const config: Record<string, string> = { "matview:databaseUrl": url };
  void provider.configure?.({ config: { get: (key) => config[key], require: (key) => config[key] ?? "" } });
  return provider as Required<dynamic.ResourceProvider>;
}

const database = shared<TestDatabase>((use) => withServer({}, use), prepare);

async function prepare({ client, server, url }: TestDatabase): Promise<void> {
  await launcherRuns(client);
  await createDashboard(client);
  await client.query(`create role ${OWNER} login password '${server.password(OWNER)}'`);
  await client.query(`create role watcher login noinherit password '${server.password("watcher")}'`);
  await client.query(`alter materialized view ${VIEW} owner to ${OWNER}`);
  await client.query(`grant all on schema public to ${OWNER}; grant select on ${sources} to ${OWNER}`);
  await client.query(`grant usage on schema cron to ${OWNER}`);
  for (const from of ["schema public", "database postgres", "cron.job", "cron.job_run_details"])
    await client.query(`revoke all on ${from} from public`);
  // A concurrent refresh makes a temporary table.
  await client.query(`grant connect, temporary on database postgres to ${OWNER}`);
  for (const [give] of Object.values(RIGHTS)) await client.query(give);
  const name = "mv_conversaciones_dashboard";
  const live = DEFINITION.replace("pg_catalog.now()", "pg_catalog.now() - (select atraso from public.reloj)");
  const declared: Props[] = [
    {
      schema: "public",
      name,
      definition: `select * from (${live}) todo where true`,
      owner: OWNER,
      incarnation: "a",
    },
    {
      schema: "public",
      view: name,
      name: `${name}_conversacion_id_idx`,
      columns: ["conversacion_id"],
      unique: true,
      valid: true,
    },
    {
      ...{ name: JOB, schedule: quietSchedule(), active: true, user: OWNER },
      command: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${VIEW}`,
    },
  ];
  for (const [at, props] of declared.entries())
    states.push(((await configured(kinds[at]!, url).create(props)) as { outs: Props }).outs);
  const { rows } = await client.query<{ jobid: string }>("select jobid from cron.job");
  await recordRuns(client, rows[0]?.jobid ?? "", DAY_OF_RUNS);
}

async function read(at: number): Promise<string> {
  const provider = configured(kinds[at]!, database().server.url("postgres", "watcher"));
  const { recorded, ...unrecorded } = states[at]!;
  void recorded;
  const found = await provider.read("id", unrecorded).catch((error: Error) => error);
  if (found instanceof Error) return found.message;
  expect(found.id).toBe("id");
  return "as declared";
}

/** What a look says: the right answer where nothing is taken. */
const LOOKS: Readonly<Record<string, readonly [answer: RegExp, look: () => Promise<string>]>> = {
  "the state's view": [/^as declared$/, () => read(0)],
  "the state's index": [/^as declared$/, () => read(1)],
  "the state's job": [/^as declared$/, () => read(2)],
  status: [/rows\s+│ 3,230[^]*refresh-conversaciones-dashboard,[^]*healthy/, () => matview("status")],
  verify: [/job active\s+│ pass[^]*3230 rows[^]*2 met[^]*7 pass/, () => matview("verify")],
  doctor: [/nothing found/, () => matview("doctor")],
  history: [/24 of/, () => matview("history")],
  frequency: [/Runs of the last day/, () => matview("frequency")],
  metrics: [/matview_job_active\{[^}]*\} 1\n[^]*matview_runs_last_day\{[^}]*\} 24/, () => matview("metrics")],
  report: [/healthy<[^]*>3,230<[^]*>24 of/, report],
};
type Look = keyof typeof LOOKS & string;

async function matview(verb: string, ...rest: string[]): Promise<string> {
  const declared =
    verb === "frequency" || verb === "history" ? [] : ["--spot-check", "ejecutivo_id:live", "--spot-check", ":3230"];
  const words = [verb, VIEW, "--job", JOB, "--stamp", STAMP, ...declared, ...rest];
  const { stdout, stderr } = await runMatview(words, database().server.url("postgres", "watcher"));
  return stdout + stderr;
}

async function report(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "matview-sight-"));
  try {
    const said = await matview("report", "--out", join(folder, "report.html"));
    return `${said}${said.includes("is written") ? readFileSync(join(folder, "report.html"), "utf8") : ""}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// A table of the terminal breaks its lines where it likes.
const flat = (text: string): string => text.replace(/[│\s]+/g, " ").replaceAll("&#39;", "'");

const ACT = `grant ${OWNER} to watcher`;
const OWN_JOBS = `grant usage on schema cron to ${OWNER}; grant select on cron.job to ${OWNER}`;
const OWN_RUNS = `grant select on cron.job_run_details to ${OWNER}`;
const SELECT = `grant select on ${VIEW} to watcher`;
const USAGE = "grant usage on schema public to watcher";
const CONNECT = "grant connect on database postgres to watcher";
const everyVerb = (text: string): Partial<Record<Look, string>> =>
  Object.fromEntries(["status", "verify", "doctor", "history", "frequency", "report"].map((look) => [look, text]));

/** What is said where rights are taken; a look that is not named gives the right answer all the same. */
const TAKEN: readonly { readonly take: readonly Right[]; readonly says: Partial<Record<Look, string>> }[] = [
  { take: [], says: {} },
  {
    take: ["the owner's membership"],
    says: { ...everyVerb(ACT), "the state's job": ACT, metrics: "matview_index_usable" },
  },
  { take: ["usage of cron"], says: { "the state's job": "grant usage on schema cron to watcher" } },
  { take: ["cron.job"], says: { "the state's job": "grant select on cron.job to watcher" } },
  {
    take: ["usage of cron", "the owner's membership"],
    says: {
      ...everyVerb("grant usage on schema cron to watcher"),
      "the state's job": "grant usage on schema cron to watcher",
      metrics: "matview_index_usable",
    },
  },
  {
    take: ["the owner's cron.job"],
    says: { ...everyVerb(OWN_JOBS), "the state's job": OWN_JOBS, metrics: "matview_index_usable" },
  },
  { take: ["the owner's runs"], says: { ...everyVerb(OWN_RUNS), metrics: 'matview_job_active{view="' } },
  {
    take: ["usage of the schema"],
    says: {
      "the state's view": USAGE,
      status: USAGE,
      verify: USAGE,
      doctor: USAGE,
      report: USAGE,
      metrics: USAGE,
    },
  },
  {
    take: ["the view"],
    says: { status: SELECT, verify: SELECT, doctor: SELECT, report: SELECT, metrics: SELECT },
  },
  // A live check counts as the owner where it may.
  { take: ["the sources"], says: {} },
  {
    take: ["the sources", "the owner's membership"],
    says: {
      ...everyVerb(ACT),
      "the state's job": ACT,
      metrics: "matview_index_usable",
      verify: "grant select on public.ejecutivos to watcher",
      doctor: "grant select on public.ejecutivos to watcher",
      report: "grant select on public.ejecutivos to watcher",
    },
  },
  { take: ["temporary"], says: { "the state's view": "grant temporary on database postgres to watcher" } },
  {
    take: ["connect"],
    says: Object.fromEntries(Object.keys(LOOKS).map((look) => [look, CONNECT])),
  },
];

test.each(TAKEN)("without $take each look is right, or names the grant", async ({ take, says }) => {
  const { client } = database();
  for (const right of take) await client.query(RIGHTS[right]![1]);
  // What is looked at through a connection from before is not refused.
  await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'watcher'");
  try {
    const wrong: string[] = [];
    for (const [look, [answer, ask]] of Object.entries(LOOKS)) {
      const said = await ask();
      const expected = says[look];
      const isRight = expected === undefined ? answer.test(said) : flat(said).includes(expected);
      const isWrongClaim = /\n\s+at \S+ \(|0 jobs|job-missing|was removed|nothing will run|deploy the stack/.test(said);
      if (!isRight || isWrongClaim) wrong.push(`${look}: ${expected ?? String(answer)}\n${said}`);
    }
    expect(wrong.join("\n\n")).toBe("");
  } finally {
    for (const right of take) await client.query(RIGHTS[right]![0]);
  }
});

test("a job that is hidden, one whose runs are, and a spot check that cannot be made are findings of their own", async () => {
  const { client } = database();
  const found = async (rights: readonly Right[], ...more: string[]): Promise<string[]> => {
    for (const right of rights) await client.query(RIGHTS[right]![1]);
    const { findings } = JSON.parse((await matview("doctor", "--json", ...more)).split("\ncould not")[0] ?? "")[0] as {
      findings: { id: string }[];
    };
    for (const right of rights) await client.query(RIGHTS[right]![0]);
    return findings.map(({ id }) => id);
  };
  expect(await found(["the owner's membership"])).toContain("job-hidden");
  expect(await found(["the owner's runs"])).toContain("runs-hidden");
  expect(await found([], "--spot-check", "nada=x:1")).toContain("spot-check-not-made");
});
