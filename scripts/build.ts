import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout } from "./checkout.ts";
import { runHere } from "./devStack.ts";
import { runScript } from "./runScript.ts";

// Builds what the package holds into dist/: npm run build
await runScript(async () => {
  rmSync(join(checkout, "dist"), { recursive: true, force: true });
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  const compile = (...options: string[]): Promise<number> =>
    runHere(process.execPath, [compiler, "--project", "tsconfig.build.json", ...options], process.env);
  // People read the docstrings in the types; in what runs they are a sixth of the package.
  const types = await compile("--emitDeclarationOnly");
  const code = await compile("--removeComments", "--declaration", "false");
  dropUnreachableTypes();
  return types || code;
});

/** A consumer's checker reads types from what package.json exports, and from what these name; the others are weight. */
function dropUnreachableTypes(): void {
  const dist = join(checkout, "dist");
  const reached = new Set<string>();
  const read = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, named = ""] of readFileSync(file, "utf8").matchAll(/\b(?:from|import\()\s*"(\.[^"]+)\.[jt]s"/g))
      read(join(dirname(file), `${named}.d.ts`));
  };
  for (const entry of ["components/index", "policies/index"]) read(join(dist, `${entry}.d.ts`));
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".d.ts") && !reached.has(join(dist, name))) rmSync(join(dist, name));
}
