import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withServer } from "../support/database.ts";
import { withFlights } from "../support/flights.ts";

jest.setTimeout(300_000);

/**
 * How often each verb waits for the database, logins included, for one view with its index, first refresh and job; and on how many
 * connections. A question more is a decision: it is written here.
 */
const BUDGET = {
  "preview of a new view": [12, 1],
  "first up": [26, 2],
  "unchanged up": [5, 1],
  "unchanged preview": [5, 1],
  status: [6, 1],
  verify: [6, 1],
  history: [6, 1],
  doctor: [8, 1],
  drift: [11, 2],
  "preview of another comment": [8, 1],
  "another comment": [9, 1],
  "preview of another definition": [9, 1],
  "another definition": [17, 1],
} as const;

/** The same for each further view of a program, logins left out: the engine works on several at a time, each on a connection. */
const FURTHER = {
  "preview of a new view": 5,
  "first up": 18,
  drift: 0,
  "preview of another definition": 4,
  "another definition": 12,
} as const;

const FURTHER_VIEWS = 5;

/** Of a login with a password, and the flight that pins the session. */
const TRIPS_TO_LOG_IN = 4;

/** On a busy machine an answer comes before the next question is written, and the two do not share a flight. */
const MISSED = 2;

type Verb = keyof typeof BUDGET;

/** Verbs that find another world when they are run again. */
const CHANGES: readonly Verb[] = ["first up", "another comment", "another definition"];
const MOST_TRIES = 3;

const SETUP = `create table public.ventas (id int primary key, tienda text not null);
  insert into public.ventas select i, 'tienda ' || i % 7 from generate_series(1, 700) i;`;
const DEFINITION = "select tienda, count(*) as n from public.ventas group by tienda\n";

const program = (comment: string, names = ["tablero"]): string => `import { RefreshedView } from "pulumi-matview";
const args = { uniqueKey: ["tienda"], comment: "${comment}", job: { schedule: "0 3 1 1 *" } };
export const views = ${JSON.stringify(names)}.map((name) => new RefreshedView(name, args).declaration);
`;

test("each verb waits for the database as often as it may", async () => {
  await withBudget(["tablero"], (verb) => BUDGET[verb][0], everyVerb);
});

test("each further view waits for the database as often as it may", async () => {
  const names = Array.from({ length: 1 + FURTHER_VIEWS }, (_, at) => `tablero_${at}`);
  const most = (verb: Verb): number => BUDGET[verb][0] + FURTHER_VIEWS * FURTHER[verb as keyof typeof FURTHER];
  await withBudget(names, most, async ({ pulumi, matview, up, measure, define }) => {
    await measure("preview of a new view", pulumi("preview"));
    await measure("first up", up);
    await measure("drift", matview("drift"));
    define(DEFINITION.replace("count(*)", "count(id)"));
    await measure("preview of another definition", pulumi("preview"));
    await measure("another definition", up);
  });
});

type Work = () => Promise<void>;

interface Scene {
  readonly project: ConsumerProject;
  readonly pulumi: (...args: string[]) => Work;
  readonly matview: (...args: string[]) => Work;
  readonly up: Work;
  readonly measure: (verb: Verb, work: Work) => Promise<void>;
  readonly define: (text: string) => void;
}

/** Runs the verbs in a program of such views; none may wait more often than `mostOf` says. */
async function withBudget(
  names: string[],
  mostOf: (verb: Verb) => number,
  verbs: (scene: Scene) => Promise<void>,
): Promise<void> {
  await withServer({ sample: false, launcherStands: true }, async (database) => {
    await database.client.query(SETUP);
    await withFlights(database, async ({ url, count }) => {
      await withProject(program("uno", names), { MATVIEW_DATABASE_URL: url }, async (project) => {
        mkdirSync(join(project.directory, "sql", "views"), { recursive: true });
        const define = (text: string): void => names.forEach((name) => project.write(`sql/views/${name}.sql`, text));
        define(DEFINITION);
        const over: string[] = [];
        const measure: Scene["measure"] = async (verb, work) => {
          const most = mostOf(verb) + MISSED * names.length;
          // The fewest trips are the true number: what a busy machine splits, it does not split each time.
          for (let left = CHANGES.includes(verb) ? 1 : MOST_TRIES; left > 0; left -= 1) {
            const { trips, connections, flights } = await count(work);
            // On a slow machine the engine comes back after an idle connection was closed.
            const needed = trips - Math.max(0, connections - BUDGET[verb][1]) * TRIPS_TO_LOG_IN;
            if (needed <= most) return;
            if (left === 1) over.push(`${verb}: ${needed}, at most ${mostOf(verb)}`, ...flights);
          }
        };
        const pulumi: Scene["pulumi"] =
          (...args) =>
          async () =>
            mustEnd(await project.pulumi(args), args);
        const matview: Scene["matview"] =
          (...args) =>
          async () =>
            mustTell(await project.matview([...args, "--stack", "bench"]));
        const up = pulumi("up", "--yes", "--skip-preview");
        await verbs({ project, pulumi, matview, up, measure, define });
        expect(over.join("\n")).toBe("");
      });
    });
  });
}

async function everyVerb({ project, pulumi, matview, up, measure, define }: Scene): Promise<void> {
  await measure("preview of a new view", pulumi("preview"));
  await measure("first up", up);
  await measure("unchanged up", up);
  await measure("unchanged preview", pulumi("preview"));
  await measure("status", matview("status"));
  await measure("verify", matview("verify"));
  await measure("history", matview("history"));
  await measure("doctor", matview("doctor"));
  await measure("drift", matview("drift"));
  project.write("index.ts", program("dos"));
  await measure("preview of another comment", pulumi("preview"));
  await measure("another comment", up);
  define(DEFINITION.replace("count(*)", "count(id)"));
  await measure("preview of another definition", pulumi("preview"));
  await measure("another definition", up);
}

function mustEnd(
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
  args: readonly string[],
): void {
  expect(code === 0 ? "" : `${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`).toBe("");
}

// A view whose job has not run yet is not healthy, which is an answer too.
function mustTell({ stdout, stderr }: { stdout: string; stderr: string }): void {
  expect(stderr).toBe("");
  expect(stdout).not.toBe("");
}
