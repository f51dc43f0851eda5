// What the command of a view's first refresh loads; it says which view in its environment.
import { environment } from "../../postgres/environment.ts";
import { matview } from "./verbs.ts";

const LOOK_EVERY_MS = 250;

// A cancelled deploy kills the shell around this process and nothing else.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGTERM"), LOOK_EVERY_MS).unref();

const named = environment.MATVIEW_FIRST_REFRESH ?? "";
// A list where one command fills several.
const views = named.startsWith("[") ? (JSON.parse(named) as string[]) : [named];
const { MATVIEW_CONNECTION: connection } = environment;
const database = connection === undefined ? [] : ["--database", connection];
process.exitCode = await matview(["refresh", "--if-unpopulated", ...database, ...views]);
