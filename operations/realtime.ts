import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { refreshSql } from "../kinds/materializedView/statements.ts";
import { userError } from "../postgres/errors.ts";
import { displayName, sqlName } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { sqlStatement, sqlText } from "../postgres/sqlFiles.ts";
import { withView } from "./commandLine/declaredViews.ts";
import type { DeclaredView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { table } from "./commandLine/table.ts";
import { duration, print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { readStates } from "./health/facts.ts";
import { probeUntil } from "./realtime/probe.ts";
import type { Probe, Probed } from "./realtime/probe.ts";

const DEFAULT_LIMIT_MS = 1_000;
const IDLE_MS = 2_000;
const REFRESHES = 3;

/** `matview realtime`: what readers and writers notice of a refresh. */
export const realtime = defineVerb({
  verb: "realtime",
  summary: "measure that a refresh holds up neither readers nor writers",
  words: "VIEW",
  says: `Reads the view and its largest source, and writes that source (one row as it is, rolled back), again and again: for two seconds while
nothing is refreshed, then during three concurrent refreshes. Shows the longest of each, side by side.`,
  options: [
    {
      name: "limit-ms",
      value: "MS",
      summary: `longest that anything may take during a refresh; default ${DEFAULT_LIMIT_MS}`,
    },
  ],
  examples: [["realtime --stack staging", "before a shorter interval is chosen"]],
  exits: {
    0: "nothing was held up for longer than the limit",
    1: "something was, or it could not be measured",
    2: "used wrongly",
  },
  reads: false,
  run: async (call) => {
    const limitMs = Number(call.value("limit-ms") ?? DEFAULT_LIMIT_MS);
    if (!(limitMs > 0)) throw usageError(`--limit-ms ${call.value("limit-ms")}: write a number of milliseconds`);
    const measured = await withView(call, measure);
    const worst = Math.max(...measured.probes.map(({ refreshing }) => refreshing.longestMs));
    if (call.json) printJson(measured);
    else printMeasured(measured, worst);
    return worst <= limitMs ? 0 : 1;
  },
});

interface Measured {
  readonly view: string;
  readonly refreshMs: readonly number[];
  readonly probes: readonly { readonly name: string; readonly idle: Probed; readonly refreshing: Probed }[];
}

async function measure(session: Session, view: DeclaredView): Promise<Measured> {
  const [state] = await readStates(session, [view]);
  if (state === undefined) throw userError(`there is no materialized view ${displayName(view)}`);
  if (!state.isPopulated || !state.isConcurrent)
    throw userError(
      `${displayName(view)} cannot be refreshed beside its readers, so they wait: declare a uniqueKey, or see what matview doctor says of it`,
    );
  const probes = await probesOf(session, view);
  const clients: Client[] = [];
  try {
    for (const probe of probes) {
      void probe;
      clients.push(await session.another());
    }
    const idle = await probeAll(clients, probes, () => delay(IDLE_MS, undefined));
    const refreshMs: number[] = [];
    const refreshing = await probeAll(clients, probes, () => refreshSeveral(session, view, refreshMs));
    return {
      view: displayName(view),
      refreshMs,
      probes: probes.map(({ name }, index) => ({ name, idle: idle[index]!, refreshing: refreshing[index]! })),
    };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function probeAll(
  clients: readonly Client[],
  probes: readonly Probe[],
  work: () => Promise<unknown>,
): Promise<Probed[]> {
  let isOver = false;
  const probing = Promise.all(probes.map((probe, index) => probeUntil(clients[index]!, probe, () => isOver)));
  try {
    await Promise.race([work(), probing]);
  } finally {
    isOver = true;
    await probing.catch(() => undefined);
  }
  return probing;
}

async function refreshSeveral(session: Session, view: DeclaredView, refreshMs: number[]): Promise<void> {
  const statement = refreshSql(view, true);
  for (let round = 0; round < REFRESHES; round++) {
    const started = performance.now();
    await session.target.query(statement);
    refreshMs.push(performance.now() - started);
  }
}

async function probesOf(session: Session, { schema, name }: DeclaredView): Promise<Probe[]> {
  const sources = await session.target.query<{ schema: string; relation: string; column: string | null }>(
    sqlText("describe/writable_sources"),
    [sqlName({ schema, name })],
  );
  const read = (relation: { schema: string; relation: string }): string =>
    sqlStatement("statements/probe_read", { names: relation });
  const view = { schema, relation: name };
  const [source] = sources.rows;
  if (source === undefined) return [{ name: "read the view", statements: [read(view)] }];
  const { column, ...table } = source;
  const writes =
    column === null
      ? []
      : [
          {
            name: `write ${source.relation}`,
            statements: ["begin", sqlStatement("statements/probe_write", { names: { ...table, column } }), "rollback"],
          },
        ];
  return [
    { name: "read the view", statements: [read(view)] },
    { name: `read ${source.relation}`, statements: [read(table)] },
    ...writes,
  ];
}

function printMeasured({ view, refreshMs, probes }: Measured, worst: number): void {
  const ms = (value: number): string => duration(value / 1000);
  print(`${view}: ${refreshMs.length} concurrent refreshes, ${refreshMs.map(ms).join(", ")}`);
  print(
    table(
      ["", "longest while idle", "longest while refreshing", "times"],
      probes.map(({ name, idle, refreshing }) => [
        name,
        ms(idle.longestMs),
        ms(refreshing.longestMs),
        `${idle.count} and ${refreshing.count}`,
      ]),
    ),
  );
  print(`RESULT longest_ms=${worst.toFixed(1)} refresh_ms=${Math.max(...refreshMs).toFixed(1)}`);
}
