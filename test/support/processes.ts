import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../scripts/database/until.ts";

/**
 * Kills an engine, with all processes below it or alone. Not while it writes its state into `directory`: the engine itself leaves an empty
 * file behind then, which is not what a test of this package is about.
 */
export async function killEngine(pid: number, directory: string, { alone = false } = {}): Promise<void> {
  const send = (signal: NodeJS.Signals): void => signalAll(alone ? [pid] : [...descendants(pid), pid], signal);
  await until(
    () => {
      send("SIGSTOP");
      const isWhole = filesBelow(directory).every((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0);
      send(isWhole ? "SIGKILL" : "SIGCONT");
      return isWhole;
    },
    { what: "the engine to have written its state" },
  );
}

function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

export function signalAll(receivers: readonly number[], signal: NodeJS.Signals): void {
  for (const receiver of receivers) {
    try {
      process.kill(receiver, signal);
    } catch {
      // Gone already.
    }
  }
}

export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found: number[] = [];
  const pending = [pid];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const own = children.get(next) ?? [];
    found.push(...own);
    pending.push(...own);
  }
  return found;
}

// The name of the program stands in parentheses and may hold anything; the parent's id is the second field behind it.
function parents(): [child: number, parent: number][] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      return [[Number(name), Number(fields[1])] as [number, number]];
    } catch {
      return [];
    }
  });
}
