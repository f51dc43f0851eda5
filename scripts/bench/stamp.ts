import { parseArgs } from "node:util";
import type { Client } from "pg";
import { table } from "../../operations/commandLine/table.ts";
import { withProgress } from "../../postgres/progress.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { withServer } from "../../test/support/database.ts";
import { DURABLE } from "./durable.ts";
import { resultLine, short, spread, summarise, type Summary } from "./statistics.ts";
import { walPosition } from "./walPosition.ts";

/** Where the time of the last refresh may be kept. */
type Variant = "per_row" | "one_row" | "side_table";

interface Figures {
  readonly walMb: Summary;
  readonly timeMs: Summary;
  readonly deadRows: Summary;
}

const VARIANTS: readonly Variant[] = ["per_row", "one_row", "side_table"];

const LABELS: Readonly<Record<Variant, string>> = {
  per_row: "now() in every row",
  one_row: "now() in one row",
  side_table: "now() in a side table",
};

const KEEP_TIME = `insert into public.vista_actualizada (vista, actualizada_at) values ('side_table', pg_catalog.now())
on conflict (vista) do update set actualizada_at = excluded.actualizada_at`;

/**
 * What a concurrent refresh of the sample's view costs when nothing has changed, by where the time of the refresh is kept:
 * in every row, in one row (as shipped), or in a table beside the view.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { rows: { type: "string", default: "3230,100000" }, rounds: { type: "string", default: "9" } },
  });
  const sizes = values.rows.split(",").map(Number);
  // As a server in production: durable, full page images after each checkpoint; no autovacuum in the middle of a round.
  const settings = {
    ...DURABLE,
    autovacuum: "off",
    shared_buffers: "512MB",
  };
  await withServer({ extension: false, settings }, async ({ client }) => {
    for (const rows of sizes) {
      const figures = await withProgress(`Measuring ${rows} rows`, () => measure(client, rows, Number(values.rounds)));
      print(rows, figures);
      if (rows === sizes.at(-1)) console.log(resultLine(resultOf(rows, figures)));
    }
  });
}

async function measure(client: Client, rows: number, rounds: number): Promise<Record<Variant, Figures>> {
  await prepare(client, rows);
  const samples: Record<Variant, { walMb: number; timeMs: number; deadRows: number }[]> = {
    per_row: [],
    one_row: [],
    side_table: [],
  };
  // The first round warms the caches up. The order turns with the rounds, so that no variant always follows the same one.
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < VARIANTS.length; turn += 1) {
      const variant = VARIANTS[(round + turn) % VARIANTS.length] ?? "one_row";
      const sample = await refreshOnce(client, variant);
      if (round > 0) samples[variant].push(sample);
    }
  }
  const figuresOf = (variant: Variant): Figures => ({
    walMb: summarise(samples[variant].map(({ walMb }) => walMb)),
    timeMs: summarise(samples[variant].map(({ timeMs }) => timeMs)),
    deadRows: summarise(samples[variant].map(({ deadRows }) => deadRows)),
  });
  return { per_row: figuresOf("per_row"), one_row: figuresOf("one_row"), side_table: figuresOf("side_table") };
}

async function prepare(client: Client, rows: number): Promise<void> {
  await client.query(sqlStatement("sample/grow", { literals: { total: String(rows) } }));
  await client.query("vacuum analyze");
  await client.query(
    "create table if not exists public.vista_actualizada (vista text primary key, actualizada_at timestamptz not null)",
  );
  for (const variant of VARIANTS) {
    await client.query(`drop materialized view if exists public.${variant}`);
    await client.query(`create materialized view public.${variant} as ${definition(variant)}`);
    await client.query(`create unique index on public.${variant} (conversacion_id)`);
  }
}

/** The shipped definition with its stamp left as it is, put into every row, or left out. */
function definition(variant: Variant): string {
  const shipped = sqlStatement("views/mv_conversaciones_dashboard");
  if (variant === "one_row") return shipped;
  const stamp = /,\s*case\s+when[^,]*?end as vista_actualizada_at/;
  if (!stamp.test(shipped))
    throw new Error("sql/views/mv_conversaciones_dashboard.sql no longer has the stamp that this benchmark replaces");
  return shipped.replace(stamp, variant === "per_row" ? ", pg_catalog.now() as vista_actualizada_at" : "");
}

async function refreshOnce(
  client: Client,
  variant: Variant,
): Promise<{ walMb: number; timeMs: number; deadRows: number }> {
  await client.query(`vacuum public.${variant}`);
  await client.query("checkpoint");
  const before = await walPosition(client);
  const start = performance.now();
  if (variant === "side_table") {
    await client.query(`begin; refresh materialized view concurrently public.${variant}; ${KEEP_TIME}; commit`);
  } else {
    await client.query(`refresh materialized view concurrently public.${variant}`);
  }
  const timeMs = performance.now() - start;
  const walMb = ((await walPosition(client)) - before) / 1e6;
  await client.query("select pg_catalog.pg_stat_force_next_flush()");
  const { rows } = await client.query<{ dead: string }>(
    "select n_dead_tup as dead from pg_catalog.pg_stat_user_tables where relname = $1",
    [variant],
  );
  return { walMb, timeMs, deadRows: Number(rows[0]?.dead) };
}

function print(rows: number, figures: Record<Variant, Figures>): void {
  const head = [`${rows} rows, nothing changed`, "WAL MB", "time ms", "dead rows"];
  const lines = VARIANTS.map((variant) => {
    const { walMb, timeMs, deadRows } = figures[variant];
    return [LABELS[variant], spread(walMb), spread(timeMs), spread(deadRows)];
  });
  const { wal_ratio: walRatio, time_ratio: timeRatio } = resultOf(rows, figures);
  console.log(
    `${table(head, lines)}\nevery row against one row: ${short(walRatio)} times the WAL, ${short(timeRatio)} times the time\n`,
  );
}

function resultOf(rows: number, { per_row: perRow, one_row: oneRow, side_table: sideTable }: Record<Variant, Figures>) {
  return {
    rows,
    per_row_wal_mb: perRow.walMb.median,
    one_row_wal_mb: oneRow.walMb.median,
    side_table_wal_mb: sideTable.walMb.median,
    wal_ratio: perRow.walMb.median / oneRow.walMb.median,
    per_row_ms: perRow.timeMs.median,
    one_row_ms: oneRow.timeMs.median,
    side_table_ms: sideTable.timeMs.median,
    time_ratio: perRow.timeMs.median / oneRow.timeMs.median,
    per_row_dead: perRow.deadRows.median,
    one_row_dead: oneRow.deadRows.median,
    side_table_dead: sideTable.deadRows.median,
  };
}
