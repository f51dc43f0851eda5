import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where Node.js keeps what it has compiled: compiling Pulumi's and the module's files again costs every engine run about a second. Not
 * Node's default, which is a folder in /tmp that other users of the computer could have made first.
 */
export function compileCacheFolder({ NODE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env): string {
  return NODE_COMPILE_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-matview", "compiled");
}
