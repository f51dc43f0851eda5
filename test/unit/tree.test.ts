import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "@jest/globals";
import { checkout } from "../../scripts/checkout.ts";

const FLOORS = ["postgres", "kinds", "lifecycle", "provider", "components", "operations", "policies"];

function imports(): Map<string, string[]> {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], {
    cwd: checkout,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => file !== "");
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(checkout, file), "utf8");
      const named = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)];
      return [file, named.map(([, path = ""]) => posix.join(posix.dirname(file), path))];
    }),
  );
}

/** Files that reach themselves, each with the way. A file whose imports have all been walked is not walked again. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(" -> "));
    if (done.has(file) || way.includes(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

test("no file imports itself by a way round, not even a type", () => {
  expect(circles(imports())).toEqual([]);
});

test("a circle is found", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["a", "d"]],
    ["d", []],
  ]);
  expect(circles(graph)).toEqual(["a -> b -> c -> a"]);
});

test("only components and provider know Pulumi", () => {
  const knows = [...imports().keys()].filter((file) => {
    const isProduct = FLOORS.includes(file.split("/")[0] ?? "");
    return isProduct && /from "@pulumi\//.test(readFileSync(join(checkout, file), "utf8"));
  });
  expect([...new Set(knows.map((file) => file.split("/")[0]))].sort()).toEqual(["components", "policies", "provider"]);
});
