import { expect } from "@jest/globals";
import type { Ended } from "../../scripts/toolchain/executables.ts";

/** What runs pulumi: a stack of this checkout's program, or of a program of its own. */
export interface Runner {
  pulumi(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
}

export const UP = ["up", "--yes", "--skip-preview"];
export const DESTROY = ["destroy", "--yes", "--skip-preview"];

/** Runs pulumi and expects exit status 0; on failure the test shows what it printed. */
export async function mustRun(runner: Runner, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await runner.pulumi(args, env);
  expect(code === 0 ? "" : `${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`).toBe("");
  return stdout;
}

/** Both halves of "nothing to do": the world is as the state says, as the preview reads first, and the state as the program says. */
export async function mustConverge(runner: Runner): Promise<void> {
  expect(await mustRun(runner, ["preview", "--expect-no-changes"])).not.toMatch(/ refresh \[diff: /);
}

/** What a preview or an up does, resource by resource: `update conversaciones-dashboard`. */
export async function operations(runner: Runner, args: readonly string[] = ["preview"]): Promise<string[]> {
  const output = await mustRun(runner, [...args, "--json"]);
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
