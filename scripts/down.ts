import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { localDirectory } from "./checkout.ts";
import { removeLocalDatabase } from "./database/local.ts";
import { devStack, devStackExists, ownDatabaseUrl, prepareDevStack, runHere } from "./devStack.ts";
import { runScript } from "./runScript.ts";

// Removes what `npm run up` made: npm run down
await runScript(async () => {
  if (!existsSync(localDirectory)) {
    console.error("Nothing to remove: npm run up has not been run in this checkout.");
    return 0;
  }
  const code = devStackExists() ? await destroyStack() : 0;
  if (code !== 0 && ownDatabaseUrl !== undefined) {
    console.error("The stack was not destroyed, so its state stays. Mend the cause and run npm run down again.");
    return code;
  }
  await removeLocalDatabase();
  removeLocalFiles();
  console.error("Removed the dev stack, its database and everything else that npm run up made.");
  return 0;
});

async function destroyStack(): Promise<number> {
  const args = ["destroy", "--stack", devStack, "--yes", "--skip-preview", "--suppress-outputs"];
  return runHere("pulumi", args, await prepareDevStack());
}

/** All but the servers of tests that run at this moment. */
function removeLocalFiles(): void {
  const servers = join(localDirectory, "servers");
  const testsRun = existsSync(servers) && readdirSync(servers).length > 0;
  const kept = testsRun ? ["servers", "test", "templates"] : [];
  for (const name of readdirSync(localDirectory)) {
    if (!kept.includes(name)) rmSync(join(localDirectory, name), { recursive: true, force: true });
  }
  if (!testsRun) rmSync(localDirectory, { recursive: true, force: true });
}
