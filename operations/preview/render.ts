import { readFileSync } from "node:fs";
import type { PlanDocument } from "./document.ts";
import { planMarkdown } from "./planText.ts";

// The plan that `matview plan --json` wrote, for a pull request: node operations/preview/render.ts plan.json
process.stdout.write(
  `${planMarkdown(JSON.parse(readFileSync(process.argv[2] ?? "plan.json", "utf8")) as PlanDocument)}\n`,
);
