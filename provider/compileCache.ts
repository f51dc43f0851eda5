import { homedir } from "node:os";
import { join } from "node:path";
import { environment } from "../postgres/environment.ts";

/** What is costly to make and the same for every program of this user. */
export function userCacheFolder({ XDG_CACHE_HOME } = environment): string {
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-matview");
}

/**
 * Where Node.js keeps what it has compiled: compiling Pulumi's and the module's files again costs every engine run about a second. Not
 * Node's default, which is a folder in /tmp that other users of the computer could have made first.
 */
export function compileCacheFolder(variables = environment): string {
  return variables.NODE_COMPILE_CACHE || join(userCacheFolder(variables), "compiled");
}
