import type { KindName } from "../kinds/kindName.ts";

/**
 * The text that Pulumi stores as `__provider` with each resource: one line that loads this package's provider by its own
 * name, from the program's folder. It never changes when provider code does, so that state holds no stale code and a
 * release is not a difference.
 */
export function loaderText(kind: KindName): string {
  return (
    'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")' +
    `("pulumi-matview/provider").${kind}`
  );
}
