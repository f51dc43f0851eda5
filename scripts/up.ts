import { devStack, devStackExists, prepareDevStack, runHere } from "./devStack.ts";
import { runScript } from "./runScript.ts";
import { ensureStack } from "./toolchain/stack.ts";

// Deploys the dev stack on this computer and shows what it made: npm run up
await runScript(async () => {
  const env = await prepareDevStack();
  if (!devStackExists()) await ensureStack(devStack, env);
  // A first deploy has nothing to compare with: the preview is a command of its own (README).
  const args = ["up", "--stack", devStack, "--yes", "--skip-preview", "--suppress-outputs"];
  const code = await runHere("pulumi", args, env);
  return code === 0
    ? runHere(
        process.execPath,
        [...process.execArgv, "operations/commandLine/matview.ts", "status", "--stack", devStack],
        env,
      )
    : code;
});
