import { keptName } from "../../kinds/materializedView/swap/kept.ts";
import { DEFAULT_SCHEDULE, jobName, ownJobNames } from "../../kinds/refreshJob/refreshSettings.ts";
import { postgresIndexName } from "../../kinds/viewIndex/indexName.ts";
import { displayName } from "../../postgres/names.ts";
import { code, section, table } from "./markdown.ts";

/** What a view is called and given where nothing is said, as the code answers for an example. */
export function conventions(): string {
  const [view, key] = ["orders", "id"];
  const here = { database: "app", cronDatabase: "app" };
  const job = jobName(here, { schema: "public", name: view });
  const [, vacuum = "", purge = "", previous = ""] = ownJobNames(job);
  return section(3, "Conventions", [
    `What ${code(`new RefreshedView("${view}", { uniqueKey: ["${key}"] })`)} makes in database ${code("app")}. A name that would be longer than 63 bytes is cut and gets a hash; that of the index is cut as PostgreSQL cuts the one that it chooses.`,
    table(
      ["what", "is called"],
      [
        ["view", code(`public.${view}`)],
        ["definition", `the text of ${code(`sql/views/${view}.sql`)} in the folder in which Pulumi runs the program`],
        ["unique index", code(postgresIndexName(view, [key]))],
        ["job", code(job)],
        ["job, in another schema", code(jobName(here, { schema: "sales", name: view }))],
        [
          `job, where pg_cron is in database ${code("postgres")}`,
          code(jobName({ ...here, cronDatabase: "postgres" }, { schema: "public", name: view })),
        ],
        [
          "schedule",
          `${code(DEFAULT_SCHEDULE)}, every five minutes; with ${code("maxAge")} [derived from it](schedules.md#maxage)`,
        ],
        [`job of ${code("refresh.vacuum")}`, code(vacuum)],
        [`job of ${code("refresh.keepRuns")}`, code(purge)],
        [`job of ${code("keepPrevious")}`, code(previous)],
        [`old view that ${code("keepPrevious")} keeps`, code(displayName(keptName({ schema: "public", name: view })))],
      ],
    ),
  ]);
}
