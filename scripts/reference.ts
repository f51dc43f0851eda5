import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import prettier from "prettier";
import { checkout } from "./checkout.ts";
import { referencePage } from "./reference/page.ts";
import { runScript } from "./runScript.ts";

const FILE = "docs/reference.md";

// Makes the reference from the types and tables of the product: npm run reference. With --check it says whether the page is that.
await runScript(async () => {
  const file = join(checkout, FILE);
  const options = { ...(await prettier.resolveConfig(file)), parser: "markdown" };
  const page = await prettier.format(await referencePage(), options);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, page);
    return 0;
  }
  if (existsSync(file) && readFileSync(file, "utf8") === page) return 0;
  console.log(`${FILE} is not what the types and tables say: npm run reference, and commit it`);
  return 1;
});
