import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "../../..");

test("every finding of the doctor has its heading in the docs, and every heading its finding", () => {
  const folder = join(root, "operations/doctor");
  const source = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  const ids = new Set(
    [...source.matchAll(/(?:\bid: |diagnosisOf\(|explained\(evidence, )"([a-z-]+)"/g)].map(([, id]) => id),
  );
  const headings = [...readFileSync(join(root, "docs/troubleshooting.md"), "utf8").matchAll(/^### (.*)$/gm)].map(
    ([, heading]) => heading,
  );
  expect([...headings].sort()).toEqual([...ids].sort());
});

test("every finding of the doctor is made in a test", () => {
  const docs = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
  const folder = join(root, "test/integration/operations");
  const names = ["doctor", "blocked", "failingRuns", "launcher", "replicas", "sight"];
  const files = names.map((name) => join(folder, `${name}.test.ts`));
  const tests = [...files, join(root, "test/support/brokenWorlds.ts")]
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const untested = [...docs.matchAll(/^### (.*)$/gm)].map(([, id]) => id).filter((id) => !tests.includes(`"${id}"`));
  expect(untested).toEqual([]);
});
