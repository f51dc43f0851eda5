import { join } from "node:path";
import { userCacheFolder } from "../provider/compileCache.ts";

/** The folder of this checkout, whatever the current folder is. */
export const checkout = join(import.meta.dirname, "..");

/** Handed to Node.js, the package's own name stands for its sources here, and nothing has to be built (package.json, exports). */
export const SOURCES_OPTION = "--conditions=pulumi-matview-source";

/** What the scripts make in a checkout lives here; `npm run down` removes it. Ignored by git. */
export const localDirectory = join(checkout, ".matview");

/** What is costly to make and the same for every checkout of this user. */
export const cacheDirectory = userCacheFolder();
