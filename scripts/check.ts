import { resolve } from "node:path";
import { checkout } from "./checkout.ts";
import { runScript } from "./runScript.ts";
import { run } from "./toolchain/executables.ts";

const checks: readonly [name: string, command: string, ...args: string[]][] = [
  ["types", "tsc", "--noEmit"],
  ["lint", "eslint", "--max-warnings", "0", "."],
  ["format", "prettier", "--check", "--log-level", "warn", "."],
  ["unused exports and dependencies", "knip"],
  ["reference", process.execPath, "scripts/reference.ts", "--check"],
];

// Runs every check, also after one that failed, and shows what the failed ones say: npm run check
await runScript(async () => {
  let failed = 0;
  for (const [name, command, ...args] of checks) {
    const startedAt = Date.now();
    const { code, stdout, stderr } = await run(resolve(checkout, "node_modules", ".bin", command), args, {
      cwd: checkout,
    });
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${code === 0 ? "ok    " : "failed"} ${name} (${seconds} s)`);
    if (code === 0) continue;
    failed += 1;
    console.log(`${stdout}${stderr}`.trimEnd().replaceAll(/^/gm, "  "));
  }
  return failed === 0 ? 0 : 1;
});
