import { resolve } from "node:path";
import { checkout } from "./checkout.ts";
import { runScript } from "./runScript.ts";
import { run } from "./toolchain/executables.ts";
import type { Ended } from "./toolchain/executables.ts";

const checks: readonly [name: string, command: string, ...args: string[]][] = [
  ["types", "tsc", "--noEmit"],
  ["lint", "eslint", "--max-warnings", "0", "."],
  ["format", "prettier", "--check", "--log-level", "warn", "."],
  ["unused exports and dependencies", "knip"],
  ["reference", process.execPath, "scripts/reference.ts", "--check"],
];

// Runs every check, side by side and also after one that failed, and shows what the failed ones say: npm run check
await runScript(async () => {
  let failed = 0;
  const running = checks.map(([, ...command]) => timed(...command));
  for (const [index, [name]] of checks.entries()) {
    const { code, stdout, stderr, seconds } = await running[index]!;
    console.log(`${code === 0 ? "ok    " : "failed"} ${name} (${seconds} s)`);
    if (code === 0) continue;
    failed += 1;
    console.log(`${stdout}${stderr}`.trimEnd().replaceAll(/^/gm, "  "));
  }
  return failed === 0 ? 0 : 1;
});

async function timed(command: string, ...args: readonly string[]): Promise<Ended & { readonly seconds: string }> {
  const startedAt = Date.now();
  const ended = await run(resolve(checkout, "node_modules", ".bin", command), args, { cwd: checkout });
  return { ...ended, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
}
