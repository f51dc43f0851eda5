import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.ts";

/** A program of its own beside this checkout, as somebody who installed the package has it. */
export async function withProgram(
  program: string,
  action: (directory: string, definitionFile: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "matview-test-program-"));
  const definitionFile = join(directory, "sql", "views", "mv_conversaciones_dashboard.sql");
  try {
    mkdirSync(join(directory, "node_modules"));
    symlinkSync(checkout, join(directory, "node_modules", "pulumi-matview"));
    symlinkSync(join(checkout, "node_modules", "@pulumi"), join(directory, "node_modules", "@pulumi"));
    mkdirSync(join(directory, "sql", "views"), { recursive: true });
    writeFileSync(definitionFile, shippedDefinition());
    writeFileSync(
      join(directory, "package.json"),
      JSON.stringify({ name: "dashboard", type: "module", main: "index.ts" }),
    );
    writeFileSync(join(directory, "index.ts"), program);
    writeFileSync(
      join(directory, "Pulumi.yaml"),
      "name: matview\nmain: index.ts\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    await action(directory, definitionFile);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The dashboard's definition as it is in this checkout. */
export function shippedDefinition(): string {
  return readFileSync(join(checkout, "sql", "views", "mv_conversaciones_dashboard.sql"), "utf8");
}
