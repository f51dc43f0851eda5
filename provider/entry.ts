// What the loader's line loads in Pulumi's provider process.
import { createRequire, enableCompileCache } from "node:module";
import { compileCacheFolder } from "./compileCache.ts";

// Before the module's files are loaded.
enableCompileCache(compileCacheFolder());

const providers: unknown = createRequire(import.meta.url)("./index.ts");

// By this name `require` is handed the value itself, so that every kind is there without a list of them.
export { providers as "module.exports" };
