import { join } from "node:path";
import { checkout } from "./checkout.ts";
import { runHere } from "./devStack.ts";
import { runScript } from "./runScript.ts";

// Formats the files that are named, or all: npm run format
await runScript(async () => {
  const files = process.argv.slice(2);
  const prettier = join(checkout, "node_modules", ".bin", "prettier");
  return runHere(prettier, ["--write", "--log-level", "warn", ...(files.length > 0 ? files : ["."])], process.env);
});
