// What the command of a view's first refresh loads; it says which view in its environment.
import { environment } from "../../postgres/environment.ts";
import { matview } from "./verbs.ts";

process.exitCode = await matview(["refresh", "--if-unpopulated", environment.MATVIEW_FIRST_REFRESH ?? ""]);
