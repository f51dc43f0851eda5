import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../../operations/commandLine/table.ts";
import { withProgress } from "../../postgres/progress.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import type { Ended } from "../toolchain/executables.ts";
import { CATALOGS, declare, ROUND_TRIPS, withPlaces } from "./distance/places.ts";
import type { Catalog, Place } from "./distance/places.ts";
import { resultLine, spread, summarise } from "./statistics.ts";
import { measure } from "./swapMeasure.ts";
import { timed } from "./timed.ts";

/** Figures by what was measured, of each place and round. */
type Figures = Map<string, number[]>;

/** A round trip is counted where an answer cannot overtake what is still being sent. */
const COUNTED_AT = 20;

/**
 * What it costs to be far away from the database, and to have a big one: round trips and seconds of what the engine does with one
 * view and with many, and the longest read of somebody else while a view is exchanged. Places take turns within a round.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "3" },
      views: { type: "string", default: "50" },
      // One view in the small catalog: round trips, and the longest read from every distance.
      quick: { type: "boolean", default: false },
    },
  });
  const views = Number(values.views);
  await withPlaces(async (places) => {
    const figures: Figures = new Map();
    const all = values.quick ? places.filter(({ catalog }) => catalog === "small") : places;
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const place of all) {
        const what = `Round ${round} of ${values.rounds}: ${place.catalog} catalog at ${place.roundTripMs} ms`;
        await withProgress(what, () => stall(figures, place));
        if (values.quick && place.roundTripMs !== COUNTED_AT) continue;
        await withProgress(`${what}, one view`, () => oneView(figures, place, round));
        if (!values.quick) await withProgress(`${what}, ${views} views`, () => manyViews(figures, place, views, round));
      }
    }
    for (const place of places) if (place.roundTripMs === 0) await dependents(figures, place);
    report(figures, views);
  });
}

async function oneView(figures: Figures, place: Place, round: number): Promise<void> {
  const { project, roundTripMs } = place;
  const take = async (what: string, work: () => Promise<Ended>): Promise<void> => {
    place.proxy.reset();
    note(figures, place, `${what}, s`, await timed(what, work));
    if (roundTripMs > 0) note(figures, place, `${what}, round trips`, place.proxy.roundTrips());
  };
  const up = (): Promise<Ended> => project.pulumi(["up", "--yes", "--skip-preview"]);
  const preview = (): Promise<Ended> => project.pulumi(["preview"]);
  declare(place, 1, round);
  await take("preview of a new view", preview);
  await take("first up", up);
  declare(place, 1, round + 1_000);
  await take("preview of a change", preview);
  await take("change", up);
  await take("unchanged up", up);
  await take("drift", () => project.matview(["drift", "--stack", "bench"]));
  await timed("destroy", () => project.pulumi(["destroy", "--yes", "--skip-preview"]));
}

/** How many times the bench's own view was exchanged in each catalog: two definitions take turns. */
const swaps: Record<Catalog, number> = { small: 0, big: 0 };

/** The longest read of somebody who is near the server, while somebody far away exchanges the view. */
async function stall(figures: Figures, place: Place): Promise<void> {
  const { database, url, catalog } = place;
  const { rows } = await database.client.query<{ key: string }>("select conversacion_id as key from public.mv_bench");
  const task = {
    way: "swap",
    url: database.url,
    changeUrl: url,
    log: join(database.server.directory, "server.log"),
    keys: rows.map(({ key }) => key),
    openSeconds: 0,
  } as const;
  const { readings, lockWaitMs } = await measure(task, ++swaps[catalog]);
  note(figures, place, "longest read, ms", Math.max(...readings.map(({ ms }) => ms)));
  note(figures, place, "of it for a lock, ms", lockWaitMs);
}

/** A change of all views: the preview from two distances, and the deploy that it is to be shorter than. */
async function manyViews(figures: Figures, place: Place, views: number, round: number): Promise<void> {
  const { project, roundTripMs } = place;
  if (roundTripMs > COUNTED_AT) return;
  const up = (): Promise<Ended> => project.pulumi(["up", "--yes", "--skip-preview"]);
  declare(place, views, round);
  await timed("first up", up);
  declare(place, views, round + 1_000);
  const preview = await timed("preview", () => project.pulumi(["preview"]));
  note(figures, place, `preview of ${views} changes, s`, preview);
  note(figures, place, `deploy of ${views} changes, s`, await timed("change", up));
  await timed("destroy", () => project.pulumi(["destroy", "--yes", "--skip-preview"]));
}

/** One question for what depends on a view, where the catalog is small and where it is big. */
async function dependents(figures: Figures, place: Place): Promise<void> {
  const { client } = place.database;
  const { rows } = await client.query<{ oid: string }>("select 'public.mv_bench'::regclass::oid::text as oid");
  for (let turn = 0; turn < 20; turn += 1) {
    const started = performance.now();
    await client.query(sqlText("describe/dependents"), [rows[0]?.oid]);
    note(figures, place, "dependents, ms", performance.now() - started);
  }
}

function keyOf({ catalog, roundTripMs }: Pick<Place, "catalog" | "roundTripMs">, what: string): string {
  return `${catalog} ${roundTripMs} ${what}`;
}

function note(figures: Figures, place: Place, what: string, figure: number): void {
  const key = keyOf(place, what);
  figures.set(key, [...(figures.get(key) ?? []), figure]);
}

function report(figures: Figures, views: number): void {
  const columns = CATALOGS.flatMap((catalog) => ROUND_TRIPS.map((roundTripMs) => ({ catalog, roundTripMs })));
  const head = ["", ...columns.map(({ catalog, roundTripMs }) => `${catalog}, ${roundTripMs} ms`)];
  const whats = new Set(Array.from(figures.keys(), (key) => key.split(" ").slice(2).join(" ")));
  const lines = [...whats].map((what) => {
    const found = columns.map((column) => figures.get(keyOf(column, what)));
    return [what, ...found.map((all) => (all === undefined ? "" : spread(summarise(all))))];
  });
  console.log(table(head, lines));
  const middle = (what: string, roundTripMs: number, catalog: Catalog = "small"): number =>
    summarise(figures.get(keyOf({ catalog, roundTripMs }, what)) ?? []).median;
  const trips = (what: string): number => middle(`${what}, round trips`, COUNTED_AT);
  const figuresOfMany = {
    [`preview_changed_${views}_s`]: middle(`preview of ${views} changes, s`, 0),
    [`preview_changed_${views}_s_at_20`]: middle(`preview of ${views} changes, s`, 20),
  };
  console.log(
    resultLine({
      stall_ms_at_150: middle("longest read, ms", 150),
      trips_first_up: trips("first up"),
      trips_change: trips("change"),
      trips_preview: trips("preview of a new view"),
      trips_unchanged: trips("unchanged up"),
      trips_drift: trips("drift"),
      ...figuresOfMany,
      dependents_ms_100k: middle("dependents, ms", 0, "big"),
    }),
  );
}
