import { makeBigCatalog } from "../../../test/support/bigCatalog.ts";
import type { TestDatabase } from "../../../test/support/database.ts";
import { withServer } from "../../../test/support/database.ts";
import { withProject } from "../../consumerProject.ts";
import type { ConsumerProject } from "../../consumerProject.ts";
import { startProxy } from "../../database/distanceProxy.ts";
import type { DistanceProxy } from "../../database/distanceProxy.ts";
import { withClient } from "../../database/withClient.ts";
import { createView } from "../swapWays.ts";

/** Milliseconds for the way to the server and back. */
export const ROUND_TRIPS = [0, 20, 150] as const;
export const CATALOGS = ["small", "big"] as const;

export type Catalog = (typeof CATALOGS)[number];

/** A database as it looks from some distance, with a program of its own. */
export interface Place {
  readonly catalog: Catalog;
  readonly roundTripMs: number;
  readonly database: TestDatabase;
  readonly proxy: DistanceProxy;
  /** Of the database, through the proxy. */
  readonly url: string;
  readonly project: ConsumerProject;
}

const PROGRAM = `import { readFileSync } from "node:fs";
import { RefreshedView } from "pulumi-matview";
for (const view of JSON.parse(readFileSync("views.json", "utf8"))) new RefreshedView(view.name, view);
`;

// Without parallel workers, which fill the processors of a small computer; and the server tells what was waited for a lock.
const SETTINGS = {
  max_parallel_workers: "0",
  log_lock_waits: "on",
  deadlock_timeout: "1ms",
  log_line_prefix: "%a: ",
};

/** Gives the action a small and a big catalog, each from every distance. */
export async function withPlaces(action: (places: readonly Place[]) => Promise<void>): Promise<void> {
  await withCatalog("small", (small) =>
    withCatalog("big", async (big) => {
      await makeBigCatalog(big.client);
      await withDistances({ small, big }, action);
    }),
  );
}

function withCatalog(name: Catalog, action: (database: TestDatabase) => Promise<void>): Promise<void> {
  return withServer({ settings: SETTINGS, launcherStands: true }, async (database) => {
    console.error(`making the ${name} catalog`);
    await withClient(database.url, createView);
    await action(database);
  });
}

async function withDistances(
  databases: Readonly<Record<Catalog, TestDatabase>>,
  action: (places: readonly Place[]) => Promise<void>,
): Promise<void> {
  const wanted = CATALOGS.flatMap((catalog) => ROUND_TRIPS.map((roundTripMs) => ({ catalog, roundTripMs })));
  const made: Place[] = [];
  const next = async (): Promise<void> => {
    const place = wanted[made.length];
    if (place === undefined) return action(made);
    const database = databases[place.catalog];
    const { host, port } = new URL(database.url);
    const proxy = await startProxy({ host: database.server.host, port: Number(port), delayMs: place.roundTripMs / 2 });
    const url = database.url.replace(host, `${database.server.host}:${proxy.port}`);
    try {
      await withProject(PROGRAM, { MATVIEW_DATABASE_URL: url }, (project) => {
        made.push({ ...place, database, proxy, url, project });
        return next();
      });
    } finally {
      await proxy.stop();
    }
  };
  await next();
}

/** Has the project declare so many views; another version is another definition of each. */
export function declare({ project, catalog, roundTripMs }: Place, count: number, version: number): void {
  const views = Array.from({ length: count }, (_, at) => {
    const name = `mv_${catalog}_${roundTripMs}_${count}_${at}`;
    const definition = `select id, nombre, length(nombre) + ${version} as largo from public.ejecutivos`;
    return { name, definition, uniqueKey: ["id"], job: { name, schedule: "0 3 1 1 *" } };
  });
  project.write("views.json", JSON.stringify(views));
}
