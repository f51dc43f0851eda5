import { isDeepStrictEqual, parseArgs } from "node:util";
import type { Client } from "pg";
import { diffDefinitions } from "../../kinds/materializedView/compare/diffDefinitions.ts";
import { table } from "../../operations/commandLine/table.ts";
import { withProgress } from "../../postgres/progress.ts";
import { withServer } from "../../test/support/database.ts";
import { compareInMemory, makePair, PAIR_TYPES, stripped } from "./diff/pairs.ts";
import { resultLine, short, spread, summarise } from "./statistics.ts";
import type { Summary } from "./statistics.ts";
import { rollbackStall } from "./swap.ts";

/** A view over `ventas` and what is edited of it. */
interface Shape {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

const JOINED = `select v.id, v.tienda_id, t.nombre as tienda, t.zona, v.cliente_id, c.nombre as cliente, c.alta, v.importe, v.unidades, v.estado,
  v.creada_at, v.cambiada_at, v.importe / v.unidades as precio, v.nota
from ventas v join tiendas t on t.id = v.tienda_id left join clientes c on c.id = v.cliente_id`;

const NARROW = "select id, tienda_id, importe, estado from ventas";

const editedColumn = (query: string, estado: string): string =>
  query.replace(
    estado,
    `case when ${estado.replace("estado", "id")} % 50 = 0 then 'revisada' else ${estado} end as estado`,
  );

/** An edit of one expression, and one that also leaves rows out, for which every column is to be looked at. */
const SHAPES: Readonly<Record<string, Shape>> = {
  narrow_column: { label: "4 columns, one edited", before: NARROW, after: editedColumn(NARROW, "estado") },
  narrow_rows: {
    label: "4 columns, rows go too",
    before: NARROW,
    after: `${editedColumn(NARROW, "estado")} where id % 1000 <> 0`,
  },
  joined_column: { label: "14 of three tables, one edited", before: JOINED, after: editedColumn(JOINED, "v.estado") },
  joined_rows: {
    label: "14 of three tables, rows go too",
    before: JOINED,
    after: `${editedColumn(JOINED, "v.estado")} where v.id % 1000 <> 0`,
  },
};

const ROLLBACK_ROWS = 100_000;
const LIMIT_MS = 600_000;
const VIEW = { schema: "public", name: "mv_ventas" };

/**
 * Whether what a comparison says is so, on random pairs of definitions, each compared with one row by row in memory; and how long it takes
 * beside the build of the same view with its indexes, as a swap makes them: both ways take turns within a round. Last, how long readers wait
 * for a rollback.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      pairs: { type: "string", default: "300" },
      seed: { type: "string", default: "1" },
      rows: { type: "string", default: "100000,1000000" },
      rounds: { type: "string", default: "5" },
    },
  });
  const settings = { autovacuum: "off", shared_buffers: "512MB", fsync: "on", synchronous_commit: "on" };
  await withServer({ extension: false, sample: false, settings }, async ({ client }) => {
    const pairs = Number(values.pairs);
    const wrong = await withProgress(`Comparing ${pairs} pairs`, () => wrongPairs(client, Number(values.seed), pairs));
    let ratios: Record<string, number> = {};
    for (const rows of values.rows.split(",").map(Number)) {
      await withProgress(`Filling ${rows} rows`, () => fill(client, rows));
      ratios = await withProgress(`Measuring ${rows} rows`, () => measure(client, rows, Number(values.rounds)));
    }
    const stall = await withProgress("Measuring a rollback", () => rollbackStall(ROLLBACK_ROWS, Number(values.rounds)));
    const each = Object.fromEntries(Object.entries(ratios).map(([shape, ratio]) => [`ratio_${shape}`, ratio]));
    const ratio = Math.max(...Object.values(ratios));
    console.log(resultLine({ pairs, wrong, ratio_to_build: ratio, ...each, rollback_stall_ms: stall }));
  });
}

async function wrongPairs(client: Client, first: number, count: number): Promise<number> {
  await client.query(PAIR_TYPES);
  let wrong = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const pair = await makePair(client, seed);
    const asked = { view: VIEW, earlier: [], owner: undefined, user: undefined, ...pair };
    const { comparison } = await diffDefinitions(client, asked, {
      limitMs: LIMIT_MS,
      share: 1,
      explain: false,
      rows: 0,
    });
    const wanted = await compareInMemory(client, pair);
    if (comparison !== undefined && isDeepStrictEqual(stripped(comparison), wanted)) continue;
    wrong += 1;
    console.log(`pair ${seed} is told wrong: ${JSON.stringify({ pair, comparison, wanted })}`);
  }
  return wrong;
}

async function fill(client: Client, rows: number): Promise<void> {
  await client.query(`drop table if exists ventas, tiendas, clientes cascade;
    create table tiendas as select i as id, 'Tienda ' || i as nombre, 'zona ' || i % 9 as zona from generate_series(1, 500) i;
    create table clientes as select i as id, 'Cliente ' || i as nombre, timestamptz '2026-01-01' + i * interval '1 minute' as alta
      from generate_series(1, ${Math.ceil(rows / 10)}) i;
    create table ventas as select i as id, 1 + i % 500 as tienda_id, 1 + i % ${Math.ceil(rows / 10)} as cliente_id,
      (i % 10007)::numeric(12, 2) / 7 as importe, 1 + i % 5 as unidades,
      (array['abierta', 'pagada', 'enviada', 'cerrada'])[1 + i % 4] as estado, timestamptz '2026-01-01' + i * interval '1 second' as creada_at,
      timestamptz '2026-02-01' + i * interval '1 second' as cambiada_at, 'Nota de la venta ' || i as nota from generate_series(1, ${rows}) i`);
  await client.query("vacuum analyze");
}

/** The ratio of each shape. */
async function measure(client: Client, rows: number, rounds: number): Promise<Record<string, number>> {
  const times: Record<string, { query: number[]; build: number[]; diff: number[] }> = {};
  // The first round warms the caches up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, shape] of Object.entries(SHAPES)) {
      const ways = {
        query: () => queryOnce(client, shape),
        build: () => buildOnce(client, shape),
        diff: () => diffOnce(client, shape),
      };
      for (const way of round % 2 === 0
        ? (["query", "build", "diff"] as const)
        : (["diff", "build", "query"] as const)) {
        await client.query("checkpoint");
        const started = performance.now();
        await ways[way]();
        if (round > 0) (times[name] ??= { query: [], build: [], diff: [] })[way].push(performance.now() - started);
      }
    }
  }
  const figures = Object.entries(times).map(([name, { query, build, diff }]) => {
    const [asked, built, compared] = [query, build, diff].map(summarise) as [Summary, Summary, Summary];
    return { name, asked, built, compared, ratio: compared.median / built.median };
  });
  const head = [`${rows} rows`, "its query alone ms", "build ms", "diff ms", "diff / build"];
  const lines = figures.map(({ name, asked, built, compared, ratio }) => [
    SHAPES[name]?.label ?? name,
    ...[asked, built, compared].map(spread),
    short(ratio),
  ]);
  console.log(`${table(head, lines)}\n`);
  return Object.fromEntries(figures.map(({ name, ratio }) => [name, ratio]));
}

async function queryOnce(client: Client, { before }: Shape): Promise<void> {
  // As the build and the comparison run it: without helpers, of which there are as many as the server is idle.
  await client.query("set max_parallel_workers_per_gather = 0");
  await client.query(`select count(q) from (${before} offset 0) q`);
  await client.query("reset max_parallel_workers_per_gather");
}

/** What a swap builds aside before it takes the view's place. */
async function buildOnce(client: Client, { before }: Shape): Promise<void> {
  await client.query("drop materialized view if exists mv_ventas");
  await client.query(`create materialized view mv_ventas as ${before}`);
  await client.query("create unique index on mv_ventas (id)");
  await client.query("create index on mv_ventas (tienda_id)");
  await client.query("create index on mv_ventas (estado)");
  await client.query("analyze mv_ventas");
}

async function diffOnce(client: Client, { before, after }: Shape): Promise<void> {
  const pair = { view: VIEW, earlier: [], owner: undefined, user: undefined, before, after, key: ["id"] };
  const { limited } = await diffDefinitions(client, pair, { limitMs: LIMIT_MS, share: 1, explain: false, rows: 0 });
  if (limited !== undefined) throw new Error("The comparison was cut short");
}
