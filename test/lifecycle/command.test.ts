import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { engineEnvironment } from "../../scripts/environment.ts";
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import { runMatview } from "../support/dashboard.ts";
import type { Ended } from "../support/dashboard.ts";
import { sharedDeployment } from "../support/deployment.ts";

const deployment = sharedDeployment();

async function matview(...words: string[]): Promise<Ended> {
  const { database, stack } = deployment();
  const env = engineEnvironment({
    engine: await ensureEngine(),
    backendDirectory: join(stack.directory, "state"),
    passphrase: "test",
    configFile: join(stack.directory, `Pulumi.${stack.name}.yaml`),
  });
  return runMatview([...words, "--stack", stack.name], database.url, env);
}

test("a stack that was just deployed is healthy by the stamp that it declares, before the job's first run", async () => {
  const { code, stdout, stderr } = await matview("status");
  expect(stderr).toBe("");
  expect(stdout).toContain("public.mv_conversaciones_dashboard");
  expect(stdout).toMatch(/health +│ healthy/);
  expect(code).toBe(0);
});

test("verify makes the spot checks that the stack declares", async () => {
  const { stdout } = await matview("verify", "--json");
  const [view] = JSON.parse(stdout) as { checks: { name: string; verdict: string; found: string }[] }[];
  expect(view?.checks.find(({ name }) => name === "spot checks")).toMatchObject({ verdict: "pass", found: "3 met" });
});

test("the report of a stack holds its spot checks and the plan of its next change", async () => {
  const file = join(deployment().stack.directory, "report.html");
  const { code, stderr } = await matview("report", "--out", file);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const page = readFileSync(file, "utf8");
  expect(page).toContain("an executive sees their own conversations");
  expect(page).toMatch(/<h3>The next change<\/h3>\n<pre>stack test, database \w+: no change/);
});

test("a view that the stack does not declare is refused with those that it does", async () => {
  const { code, stderr } = await matview("status", "public.otra");
  expect(stderr).toBe(
    "matview status: stack test declares no view public.otra; it declares public.mv_conversaciones_dashboard\n",
  );
  expect(code).toBe(1);
});

test("a stack that does not exist is told in pulumi's words, without a stack trace", async () => {
  const { database } = deployment();
  const { code, stderr } = await runMatview(["status", "--stack", "nada"], database.url, {
    ...engineEnvironment({
      engine: await ensureEngine(),
      backendDirectory: join(deployment().stack.directory, "state"),
    }),
  });
  expect(stderr).toMatch(/^matview status: the outputs of stack nada could not be read: .*no stack named 'nada' found/);
  expect(code).toBe(1);
});
