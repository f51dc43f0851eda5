import { readdirSync, readFileSync } from "node:fs";

/** Ends a process and all that it started, at once and without a chance to clean up. */
export function killTree(pid: number): void {
  for (const victim of [...descendants(pid), pid]) {
    try {
      process.kill(victim, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
}

function descendants(pid: number): number[] {
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
