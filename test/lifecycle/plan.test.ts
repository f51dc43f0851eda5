import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { VIEW } from "../support/dashboard.ts";
import { DEV_CONFIG, sharedDeployment } from "../support/deployment.ts";
import { mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(180_000);

interface Plan {
  readonly fingerprint: string;
  readonly risk: string;
  readonly resources: readonly {
    readonly kind: string;
    readonly steps: readonly { readonly statements: string[] }[];
  }[];
}

describe("matview plan", () => {
  const deployed = sharedDeployment();
  const planOf = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await deployed().stack.matview(["plan", "--stack", "test", ...args]);
    expect(code === 0 ? "" : stderr).toBe("");
    return stdout;
  };
  const json = async (): Promise<Plan> => JSON.parse(await planOf("--json")) as Plan;

  test("says that nothing is run where nothing changes, with the same fingerprint every time", async () => {
    expect(await planOf()).toMatch(
      /^stack test, database postgres: no change: nothing is run\.\nfingerprint [0-9a-f]{64}\n$/,
    );
    const [first, second] = [await json(), await json()];
    expect(first.risk).toBe("none");
    expect(first.resources.map(({ kind, steps }) => [kind, steps.length])).toEqual([
      ["owner role", 0],
      ["record of refreshes", 0],
      ["rights on sources", 0],
      ["materialized view", 0],
      ["refresh job", 0],
      ["index", 0],
    ]);
    expect(second.fingerprint).toBe(first.fingerprint);
  });

  test("lists the statements of every step in order, as a table, as SQL and for a pull request", async () => {
    const { stack, database } = deployed();
    await database.client.query("create role lector");
    await database.client.query(`drop index ${VIEW}_conversacion_id_idx`);
    stack.configure({ ...DEV_CONFIG, schedule: "*/2 * * * *", readers: ["lector"] });
    expect((await planOf("--sql")).split("\n").filter((line) => line !== "" && !line.startsWith("--"))).toEqual([
      `grant select on table ${VIEW} to lector;`,
      `create unique index concurrently mv_conversaciones_dashboard_conversacion_id_idx on ${VIEW} using btree (conversacion_id) nulls not distinct;`,
      expect.stringMatching(/^select cron\.alter_job\(1, schedule := '\*\/2 \* \* \* \*'\);$/),
    ]);
    const markdown = await planOf("--markdown");
    expect(markdown).toMatch(/^### matview plan for `test`\n\n3 steps, highest risk: online\.\n\n\| risk \| step \|/);
    expect(markdown).toContain("runs per day: 288");
    expect(await planOf()).toMatch(/3 steps, highest risk: online\.\n[^]*alter job refresh-conversaciones-dashboard/);
  });

  test("is what a deploy keeps to: another live state is refused before anything is changed", async () => {
    const { stack, database } = deployed();
    const file = join(stack.directory, "plan.json");
    writeFileSync(file, await planOf("--json"));
    await database.client.query(`grant select on ${VIEW} to lector`);
    const refused = await stack.pulumi(UP, { MATVIEW_PLAN: file });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toMatch(
      /error: the plan \S+plan\.json no longer fits what is there, and nothing was changed\. Make a new plan with `matview plan --json`, and deploy that: 1 problem\n.*materialized view public\.mv_conversaciones_dashboard would be treated differently now/,
    );
    const schedule = await database.client.query("select schedule from cron.job");
    expect(schedule.rows).toEqual([{ schedule: "*/5 * * * *" }]);

    await database.client.query(`revoke select on ${VIEW} from lector`);
    const deployedPlan = await stack.pulumi(UP, { MATVIEW_PLAN: file });
    expect(deployedPlan.code === 0 ? "" : deployedPlan.stdout).toBe("");
    expect((await database.client.query("select schedule from cron.job")).rows).toEqual([{ schedule: "*/2 * * * *" }]);
  });

  test("says of a right that somebody took away what is granted, on what and to whom", async () => {
    const { client } = deployed().database;
    await client.query("revoke select on public.prospectos from matview_owner");
    expect(await planOf("--json")).toMatch(/"select on table public\.prospectos in database postgres is missing"/);
    expect(await planOf("--sql")).toContain("grant select on table public.prospectos to matview_owner;");
    await client.query("grant select on public.prospectos to matview_owner");
  });

  test("does not cover what was declared after it was made", async () => {
    const { stack, database } = deployed();
    const file = join(stack.directory, "plan.json");
    writeFileSync(file, await planOf("--json"));
    stack.configure({ ...DEV_CONFIG, schedule: "*/3 * * * *", readers: ["lector"] });
    const refused = await stack.pulumi(UP, { MATVIEW_PLAN: file });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain("is not in the plan");
    expect((await database.client.query("select schedule from cron.job")).rows).toEqual([{ schedule: "*/2 * * * *" }]);
  });

  test("says why where it cannot be made, without a stack trace", async () => {
    const { stack } = deployed();
    stack.configure({ ...DEV_CONFIG, schedule: "sometimes" });
    const { code, stderr } = await stack.matview(["plan", "--stack", "test"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^matview plan: the preview of stack test failed \(pulumi ended with \d+\): [^]*matview:schedule/,
    );
    expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
    stack.configure(DEV_CONFIG);
    await mustRun(stack, UP);
  });
});
