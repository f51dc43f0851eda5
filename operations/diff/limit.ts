import { parseDuration } from "../../kinds/refreshJob/schedule/duration.ts";
import type { Call } from "../commandLine/defineVerb.ts";
import type { CommandOption } from "../commandLine/options.ts";
import { usageError } from "../commandLine/usageError.ts";

/** For verbs that compare rows. */
export const TIME_LIMIT: CommandOption = {
  name: "time-limit",
  value: "TIME",
  summary: "how long the rows of a view may be compared, e.g. 5m; default 30s",
};

const DEFAULT_LIMIT_MS = 30_000;

/** How long rows may be compared, in milliseconds. */
export function limitOf(call: Call): number {
  const text = call.value("time-limit");
  if (text === undefined) return DEFAULT_LIMIT_MS;
  const limit = parseDuration(text);
  if (!limit.ok) throw usageError(`--time-limit: ${limit.problem}`);
  return limit.seconds * 1_000;
}
