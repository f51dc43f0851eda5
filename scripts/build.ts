import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./checkout.ts";
import { runHere } from "./devStack.ts";
import { runScript } from "./runScript.ts";

// Builds what the package holds into dist/: npm run build
await runScript(async () => {
  rmSync(join(checkout, "dist"), { recursive: true, force: true });
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  return runHere(process.execPath, [compiler, "--project", "tsconfig.build.json"], process.env);
});
