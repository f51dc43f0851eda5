// What the command of a view's first refresh loads; it says which view in its environment.
import { matview } from "./verbs.ts";

process.exitCode = await matview(["refresh", "--if-unpopulated", process.env["MATVIEW_FIRST_REFRESH"] ?? ""]);
