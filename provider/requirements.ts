// Loaded before all else of the package, so that what is missing is told in one line.
import { createRequire } from "node:module";
import { PACKAGE_FOLDER, packageVersion } from "../postgres/packageFolder.ts";

const MINIMUM_NODE = "20.19.0";
const MINIMUM_PULUMI = "3.200.0";
// Shared by every copy of the package that a program loads.
const LOADED = Symbol.for("pulumi-matview loaded");

/** A copy of the package. */
export interface Copy {
  readonly version: string;
  readonly folder: string;
}

/** Why the package cannot work here, and what to do; undefined where it can. */
export function unmetRequirement(
  versions: { node: string; pulumi: string },
  self: Copy,
  other: Copy = self,
): string | undefined {
  if (isOlder(versions.node, MINIMUM_NODE)) {
    return `pulumi-matview needs Node.js ${MINIMUM_NODE} or newer, and this is ${versions.node}: install a newer one.`;
  }
  if (isOlder(versions.pulumi, MINIMUM_PULUMI)) {
    return `pulumi-matview needs @pulumi/pulumi ${MINIMUM_PULUMI} or newer, and this program has ${versions.pulumi}: npm install @pulumi/pulumi@latest`;
  }
  if (self.version === other.version) return undefined;
  return (
    `this program loads pulumi-matview twice, ${other.version} from ${other.folder} and ${self.version} from ${self.folder}, and the engine would run ` +
    "one of them for both: have all packages take the same version (npm ls pulumi-matview tells who asks for which)."
  );
}

function isOlder(version: string, minimum: string): boolean {
  return version.localeCompare(minimum, "en", { numeric: true }) < 0;
}

const registry = globalThis as { [LOADED]?: Copy };
const copy: Copy = { version: packageVersion(), folder: PACKAGE_FOLDER };
const { version: pulumi } = createRequire(import.meta.url)("@pulumi/pulumi/package.json") as { version: string };
const problem = unmetRequirement({ node: process.versions.node, pulumi }, copy, (registry[LOADED] ??= copy));
if (problem !== undefined) throw new Error(problem);
