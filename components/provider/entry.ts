// What the loader's line loads in Pulumi's provider process. Compiling the module's files again at every engine run costs about
// a second; Node.js keeps what it has compiled, when it is told to before they are loaded.
import { createRequire, enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Not Node's default, which is a folder in /tmp that other users of the computer could have made first.
const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
enableCompileCache(process.env["NODE_COMPILE_CACHE"] ?? join(cache, "pulumi-matview", "compiled"));

const providers: unknown = createRequire(import.meta.url)("./index.ts");

// By this name `require` is handed the value itself, so that every kind is there without a list of them.
export { providers as "module.exports" };
