import { expect } from "@jest/globals";
import { withServer } from "./database.ts";
import type { TestDatabase } from "./database.ts";
import { withStack } from "./engine.ts";
import type { TestStack } from "./engine.ts";
import { shared } from "./lent.ts";

/** A server of its own with the sample, and this checkout's program as a stack on it. */
export interface Deployment {
  readonly database: TestDatabase;
  readonly stack: TestStack;
}

export const DEV_CONFIG = { owner: "matview_owner", managePlatform: true };

/** Gives the action a server and a stack, both removed afterwards. */
export async function withDeployment(
  config: Readonly<Record<string, unknown>>,
  action: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  await withServer({ extension: false }, async (database) => {
    await database.server.mapRole("matview_owner");
    await withStack({ config, env: { MATVIEW_DATABASE_URL: database.url } }, (stack) => action({ database, stack }));
  });
}

/** One deployment for all tests of a file, made by `up`. */
export function sharedDeployment(config: Readonly<Record<string, unknown>> = DEV_CONFIG): () => Deployment {
  return shared<Deployment>(
    (use) => withDeployment(config, use),
    ({ stack }) => mustRun(stack, ["up", "--yes", "--skip-preview"]),
  );
}

/** Runs pulumi and expects exit status 0; on failure the test shows what it printed. */
export async function mustRun(stack: TestStack, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await stack.pulumi(args);
  expect(code === 0 ? "" : `${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`).toBe("");
  return stdout;
}

/** Both halves of "nothing to do": the world is as the state says, and the state as the program says. */
export async function mustBeUnchanged(stack: TestStack): Promise<void> {
  await mustRun(stack, ["refresh", "--preview-only", "--expect-no-changes"]);
  await mustRun(stack, ["preview", "--expect-no-changes"]);
}

/** What a preview or an up does, resource by resource: `update conversaciones-dashboard`. */
export async function operations(stack: TestStack, args: readonly string[]): Promise<string[]> {
  const output = await mustRun(stack, [...args, "--json"]);
  const found = new Set<string>();
  for (const { op, urn } of steps(output)) {
    if (["same", "refresh", "read"].includes(op)) continue;
    found.add(`${op} ${urn.split("::").at(-1) ?? urn}`);
  }
  return [...found].sort();
}

interface EngineStep {
  op: string;
  urn: string;
}

// A preview prints one digest with its steps; an up prints events, a line each.
function steps(output: string): EngineStep[] {
  const digest = parsed(output) as { steps?: EngineStep[] } | undefined;
  if (digest?.steps !== undefined) return digest.steps;
  return output.split("\n").flatMap((line) => {
    const event = parsed(line) as { resOutputsEvent?: { metadata: EngineStep } } | undefined;
    return event?.resOutputsEvent === undefined ? [] : [event.resOutputsEvent.metadata];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
