import { join } from "node:path";
import { userCacheFolder } from "../provider/compileCache.ts";

/** The folder of this checkout, whatever the current folder is. */
export const checkout = join(import.meta.dirname, "..");

/** What the scripts make in a checkout lives here; `npm run down` removes it. Ignored by git. */
export const localDirectory = join(checkout, ".matview");

/** What is costly to make and the same for every checkout of this user. */
export const cacheDirectory = userCacheFolder();
