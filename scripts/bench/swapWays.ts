import type { Client } from "pg";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { planRollback, readPair } from "../../kinds/materializedView/swap/rollback.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connectionParts.ts";
import { withProgress } from "../../postgres/progress.ts";
import { withSession } from "../../postgres/session.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { withClient } from "../database/withClient.ts";

/** A way to bring another definition to readers; a refresh brings new data only, and a build nothing. */
export type Way = "swap" | "keep" | "rollback" | "drop_create" | "refresh" | "plain_swap" | "build";

export const WAYS: readonly Way[] = ["swap", "keep", "rollback", "drop_create", "refresh", "plain_swap", "build"];

export const LABELS: Readonly<Record<Way, string>> = {
  swap: "swap (as shipped)",
  keep: "swap that keeps the old one",
  rollback: "rollback to the one that is kept",
  drop_create: "drop and create",
  refresh: "plain refresh",
  plain_swap: "swap without lock timeout",
  // What readers notice of the work alone: they share processors and disk with it.
  build: "built aside, never swapped",
};

const VIEW = { schema: "public", name: "mv_bench" };

const KEY = "mv_bench_conversacion_id_idx";
const OTHERS = [
  ["mv_bench_etapa_idx", "etapa"],
  ["mv_bench_ejecutivo_id_idx", "ejecutivo_id"],
] as const;

/** Two definitions that differ in one figure, so that each round is a change. */
function definition(round: number): string {
  const shipped = sqlStatement("views/mv_conversaciones_dashboard");
  return `select filas.* from (${shipped}) as filas where filas.mensajes_total > ${-1 - (round % 2)}`;
}

/** The view with its key and two more indexes. */
export async function createView(client: Client): Promise<void> {
  await client.query(`create materialized view public.mv_bench as ${definition(0)}`);
  for (const statement of indexes("mv_bench", "")) await client.query(statement);
  await client.query("analyze public.mv_bench");
}

/** Makes the rows and the view; some of its keys. */
export async function prepare(url: string, rows: number): Promise<string[]> {
  return withClient(url, async (client) => {
    await withProgress(`Making ${rows} rows`, async () => {
      await client.query(sqlStatement("sample/grow", { literals: { total: String(rows) } }));
      await client.query("vacuum analyze");
      await createView(client);
    });
    const found = await client.query<{ key: string }>(
      "select conversacion_id as key from public.mv_bench order by pg_catalog.hashint8(conversacion_id) limit 1000",
    );
    return found.rows.map(({ key }) => key);
  });
}

/** Makes the change in one of the ways; a swap looks at the replicas. */
export async function change(
  way: Way,
  url: string,
  round: number,
  replicas: readonly Connection[] = [],
): Promise<void> {
  if (way === "swap" || way === "keep") return swap(url, round, { replicas, keeps: way === "keep" });
  if (way === "rollback") return takeBack(url, false);
  const work = async (client: Client): Promise<void> => {
    for (const statement of statements(way, round)) await client.query(statement);
  };
  await withClient(url, work, `bench ${way}`);
}

/** What a way stands on, and what it leaves for the next one; nobody reads meanwhile. */
export async function around(way: Way, url: string, round: number, work: () => Promise<void>): Promise<void> {
  if (way !== "rollback") return work();
  await swap(url, round, { keeps: true });
  await work();
  await takeBack(url, true);
}

async function takeBack(databaseUrl: string, undo: boolean): Promise<void> {
  await withSession(resolveConnection({ databaseUrl }, {}), "bench rollback", async (session) => {
    const pair = await readPair(session, VIEW);
    if (pair === undefined) throw new Error("the swap before kept nothing");
    await applyPlan(session, await planRollback(session, pair, undo), materializedViewKind.runners);
  });
}

interface SwapHow {
  readonly replicas?: readonly Connection[];
  readonly keeps?: boolean;
}

async function swap(databaseUrl: string, round: number, { replicas = [], keeps = false }: SwapHow): Promise<void> {
  const key = { uniqueKey: ["conversacion_id"], keyIndex: KEY };
  const desired = { ...VIEW, definition: definition(round), ...key, ...(keeps ? { keepPrevious: "1h" } : {}) };
  await withSession(resolveConnection({ databaseUrl }, {}), "bench swap", async (session) => {
    const [actual] = await materializedViewKind.describe(session, [desired]);
    const { capabilities } = session;
    const plan = materializedViewKind.plan({ desired, previous: undefined, actual, capabilities });
    if (plan.steps[0]?.action !== "swap") throw new Error("the benchmark's definitions no longer differ");
    await applyPlan({ ...session, replicas }, plan, materializedViewKind.runners);
  });
}

function statements(way: Exclude<Way, "swap" | "keep" | "rollback">, round: number): string[] {
  const create = (name: string): string => `create materialized view public.${name} as ${definition(round)}`;
  const aside = [create("mv_bench_aside"), ...indexes("mv_bench_aside", "_aside"), "analyze public.mv_bench_aside"];
  switch (way) {
    case "refresh":
      return ["refresh materialized view public.mv_bench"];
    case "drop_create":
      return [
        "begin",
        "drop materialized view public.mv_bench",
        create("mv_bench"),
        ...indexes("mv_bench", ""),
        "commit",
        "analyze public.mv_bench",
      ];
    case "build":
      return [...aside, "drop materialized view public.mv_bench_aside"];
    case "plain_swap":
      return [
        ...aside,
        "begin",
        "drop materialized view public.mv_bench",
        "alter materialized view public.mv_bench_aside rename to mv_bench",
        ...[KEY, ...OTHERS.map(([name]) => name)].map((name) => `alter index public.${name}_aside rename to ${name}`),
        "commit",
      ];
  }
}

function indexes(view: string, suffix: string): string[] {
  return [
    `create unique index ${KEY}${suffix} on public.${view} (conversacion_id)`,
    ...OTHERS.map(([name, column]) => `create index ${name}${suffix} on public.${view} (${column})`),
  ];
}
