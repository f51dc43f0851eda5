import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { DEPENDENT_REPORT, readmeProgram, writeReadmeView } from "../../scripts/readmeProgram.ts";
import { withDatabase, withServer } from "../support/database.ts";
import { HOSTS, NO_PG_CRON, withHost } from "../support/hosts.ts";
import { missingLines, readPage } from "../support/pages.ts";
import type { Replaced } from "../support/pages.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(600_000);

/** Does what a page says, and expects what it shows. */
async function follow(project: ConsumerProject, name: string, replaced: Replaced, env = {}): Promise<void> {
  const { script, seen } = readPage(name, replaced);
  const { code, stdout, stderr } = await project.script(script, env);
  expect(code === 0 ? "" : `docs/${name}.md ends with ${code}\n${stdout}\n${stderr}`).toBe("");
  for (const one of seen(stdout)) expect({ ...one, missing: missingLines(one) }).toEqual({ ...one, missing: [] });
}

const ORDERS = `create table orders (id int primary key, day date not null, amount int not null);
  insert into orders select id, date '2026-01-01' + id % 7, id from generate_series(1, 70) id`;
const SALES = `import { RefreshedView } from "pulumi-matview";
new RefreshedView("daily_sales", { uniqueKey: ["day"] });`;

test("docs/source-column-type.md changes the type and keeps the view", async () => {
  await withServer({ sample: false }, async ({ client, url }) => {
    await client.query(ORDERS);
    await withProject(SALES, { MATVIEW_DATABASE_URL: url }, async (project) => {
      const { script } = readPage("source-column-type", []);
      const [, definition = ""] =
        /cat > sql\/views\/daily_sales\.sql <<'END OF FILE'\n([^]*?)END OF FILE/.exec(script) ?? [];
      project.write("sql/views/daily_sales.sql", definition);
      await mustRun(project, UP);
      await follow(project, "source-column-type", []);
      await mustConverge(project);
    });
    const { rows } = await client.query(
      `select format_type(atttypid, null) as type, (select sum(amount)::int from daily_sales) as sum
       from pg_attribute where attrelid = 'orders'::regclass and attname = 'amount'`,
    );
    expect(rows).toEqual([{ type: "bigint", sum: 2485 }]);
  });
});

test("docs/reviewing.md judges a change of README's dashboard", async () => {
  await withServer({}, async ({ client, url }) => {
    await client.query("create role app");
    await withProject(
      readmeProgram(),
      { MATVIEW_DATABASE_URL: url },
      async (project) => {
        writeReadmeView(project.directory);
        await mustRun(project, UP);
        await client.query(DEPENDENT_REPORT);
        await follow(project, "reviewing", []);
      },
      { stack: "prod" },
    );
  });
});

test("docs/hosts/README.md goes on from docs/hosts/supabase.md to a fresh view", async () => {
  const supabase = HOSTS.find(({ page }) => page === "supabase")!;
  await withHost(supabase, async (_, deployer) => {
    const env = { MATVIEW_DATABASE_URL: deployer.url() };
    await withProject("", {}, (project) => follow(project, "hosts/README", [], env), { stack: "dev" });
  });
});

test("docs/hosts/no-pg-cron.md goes to a view that is refreshed from outside", async () => {
  await withHost(NO_PG_CRON, async (_, deployer) => {
    const told = "postgresql://USER:PASSWORD@HOST:5432/shop?sslmode=require";
    await withProject("", { MATVIEW_DATABASE_URL: deployer.url() }, async (project) => {
      await follow(project, "hosts/no-pg-cron", [[told, deployer.url()]]);
      await mustConverge(project);
    });
    const { rows } = await withClient(deployer.url(), (client) =>
      client.query("select sum(amount)::int as sum from reports.daily_sales"),
    );
    expect(rows).toEqual([{ sum: 2485 }]);
  });
});

test("docs/many-views.md deploys every view to each of three environments", async () => {
  await withDatabase(
    (dev) =>
      withDatabase(
        (staging) =>
          withDatabase(
            async (prod) => {
              const urls = Object.entries({ dev, staging, prod }).map(([name, { url }]) => {
                const told = `postgresql://user:password@${name}.example:5432/shop?sslmode=verify-full`;
                return [told, url] as const;
              });
              for (const { client } of [dev, staging, prod]) await client.query(ORDERS);
              const env = { MATVIEW_CRON_DATABASE: prod.server.cronDatabase };
              await withProject("", env, (project) => follow(project, "many-views", urls), { stack: "other" });
              for (const { client } of [dev, staging, prod])
                expect((await client.query("select count(*)::int as n from best_days")).rows).toEqual([{ n: 7 }]);
            },
            { template: "empty" },
          ),
        { template: "empty" },
      ),
    { template: "empty" },
  );
});
