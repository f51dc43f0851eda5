import { readFileSync } from "node:fs";
import { violations } from "./rules.ts";
import type { PolicyResource, PolicySettings } from "./rules.ts";

// Holds a plan against the rules: node policies/check.ts plan.json [settings.json]. Exit status: 0 kept, 1 broken, 2 used wrongly.
const [planFile, settingsFile] = process.argv.slice(2);
if (planFile === undefined) {
  process.stderr.write(
    "usage: node policies/check.ts plan.json [settings.json], where matview plan --json wrote plan.json\n",
  );
  process.exitCode = 2;
} else {
  const { stack, resources } = read(planFile) as { stack: string; resources: PolicyResource[] };
  const settings = settingsFile === undefined ? {} : (read(settingsFile) as Partial<PolicySettings>);
  const broken = violations(stack, resources, settings);
  for (const { rule, resource, message } of broken) process.stdout.write(`${rule}: ${resource} ${message}\n`);
  process.stdout.write(broken.length === 0 ? "all rules are kept\n" : `${broken.length} broken\n`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
