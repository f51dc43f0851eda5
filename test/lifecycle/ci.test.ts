import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { parse } from "yaml";
import { checkout } from "../../scripts/checkout.ts";
import { findExecutable, run } from "../../scripts/toolchain/executables.ts";
import { DEV_CONFIG, sharedDeployment } from "../support/deployment.ts";
import { standInForGithub } from "../support/github.ts";

jest.setTimeout(400_000);

const WORKFLOWS = join(checkout, ".github", "workflows");

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly { readonly run?: string }[] }>>;
}

/** The scripts that a workflow runs, in order. */
function scriptsOf(name: string): string[] {
  const { jobs } = parse(readFileSync(join(WORKFLOWS, name), "utf8")) as Workflow;
  return Object.values(jobs)
    .flatMap(({ steps = [] }) => steps)
    .flatMap(({ run: text }) => /^bash (scripts\/ci\/\w+\.sh)$/.exec(text ?? "")?.[1] ?? []);
}

describe("the workflows", () => {
  const deployed = sharedDeployment();

  /** Runs a step as the runner does, in the stack's environment. */
  const step = async (script: string, more: NodeJS.ProcessEnv = {}): Promise<{ code: number; text: string }> => {
    const { stack } = deployed();
    const { code, stdout, stderr } = await stack.shell(["bash", script], {
      STACK: "test",
      CI_OUTPUT: stack.directory,
      ...more,
    });
    return { code, text: stdout + stderr };
  };

  test("are what actionlint takes, where Go is there to build it", async () => {
    if (findExecutable("go") === undefined) return;
    const files = readdirSync(WORKFLOWS).map((name) => join(WORKFLOWS, name));
    const linter = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.8";
    const { code, stdout, stderr } = await run("go", ["run", linter, "-shellcheck=", ...files], { env: process.env });
    expect(code === 0 ? "" : stdout + stderr).toBe("");
  });

  test("plan a pull request into one comment that is edited, and hold it against the rules", async () => {
    const { stack } = deployed();
    const github = standInForGithub(stack.directory);
    expect(scriptsOf("preview.yaml")).toEqual(["scripts/ci/plan.sh", "scripts/ci/comment.sh"]);
    stack.configure({ ...DEV_CONFIG, schedule: "*/2 * * * *" });
    const planned = await step("scripts/ci/plan.sh");
    expect(planned.code === 0 ? "" : planned.text).toBe("");
    for (const name of ["test", "prod", "test"]) {
      const commented = await step("scripts/ci/comment.sh", { ...github.env, STACK: name });
      expect(commented.code === 0 ? "" : commented.text).toBe("");
    }
    const { comments } = github.state();
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body.match(/^<!-- stack \w+ -->$/gm)).toEqual(["<!-- stack test -->", "<!-- stack prod -->"]);
    expect(comments[0]?.body).toContain("| alter job refresh-conversaciones-dashboard |");
    expect(comments[0]?.body).toContain("all rules are kept");
  });

  test("fail a pull request that breaks a rule, with the rule's name in the comment's text", async () => {
    const { stack, database } = deployed();
    await database.client.query("create role anon");
    stack.configure({ ...DEV_CONFIG, readers: ["anon"] });
    const { code, text } = await step("scripts/ci/plan.sh");
    expect(code).toBe(1);
    expect(text).toContain("not-exposed: materialized view public.mv_conversaciones_dashboard can be read as anon");
  });

  test("deploy the plan that they made", async () => {
    const { stack, database } = deployed();
    expect(scriptsOf("deploy-stack.yaml")).toEqual(["scripts/ci/plan.sh", "scripts/ci/deploy.sh"]);
    stack.configure({ ...DEV_CONFIG, schedule: "*/2 * * * *" });
    for (const script of scriptsOf("deploy-stack.yaml")) {
      const done = await step(script);
      expect(done.code === 0 ? "" : done.text).toBe("");
    }
    expect((await database.client.query("select schedule from cron.job")).rows).toEqual([{ schedule: "*/2 * * * *" }]);
  });

  test("open one issue when something drifts, bring it up to date, and close it", async () => {
    const { stack, database } = deployed();
    const github = standInForGithub(stack.directory);
    expect(scriptsOf("drift.yaml")).toEqual(["scripts/ci/drift.sh", "scripts/ci/issue.sh"]);
    const night = async (): Promise<number> => {
      const { code } = await step("scripts/ci/drift.sh");
      const done = await step("scripts/ci/issue.sh", github.env);
      expect(done.code === 0 ? "" : done.text).toBe("");
      return code;
    };
    const alter = (change: string): Promise<unknown> =>
      database.client.query(`select cron.alter_job(jobid, ${change}) from cron.job`);
    expect(await night()).toBe(0);
    expect(github.state().issues).toEqual([]);
    await alter("active := false");
    expect(await night()).toBe(7);
    await alter("schedule := '9 * * * *'");
    expect(await night()).toBe(7);
    expect(github.state().issues).toMatchObject([{ title: "Drift in test", state: "open" }]);
    expect(github.state().issues[0]?.body).toContain("9 * * * *");
    await alter("active := true, schedule := '*/2 * * * *'");
    expect(await night()).toBe(0);
    expect(github.state().issues).toMatchObject([{ title: "Drift in test", state: "closed" }]);
  });

  test("have a shell that can read every script", () => {
    for (const name of readdirSync(join(checkout, "scripts", "ci")).filter((one) => one.endsWith(".sh"))) {
      execFileSync("bash", ["-n", join(checkout, "scripts", "ci", name)]);
    }
  });
});
