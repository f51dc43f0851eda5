// What the loader's line loads in Pulumi's provider process.
import * as nodeModule from "node:module";
import { extname } from "node:path";
import { compileCacheFolder } from "./compileCache.ts";
import "./requirements.ts";

// Before the module's files are loaded. Node.js has it since 22.8.
nodeModule.enableCompileCache?.(compileCacheFolder());

// Named as this file is: `.ts` in a checkout, `.js` where the package is installed.
const { providers } = nodeModule.createRequire(import.meta.url)(`./index${extname(import.meta.filename)}`) as {
  providers: unknown;
};

// By this name `require` is handed the value itself, so that every kind is there without a list of them.
export { providers as "module.exports" };
