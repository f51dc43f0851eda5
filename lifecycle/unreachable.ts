import { environment } from "../postgres/environment.ts";
import { isUnreachable } from "../postgres/errors.ts";

const told = new Set<string>();

/** To be called when an engine run begins. */
export function forgetUnreachable(): void {
  told.clear();
}

/** True for a database out of reach of which this run has told already: each of its resources meets the same. */
export function isToldUnreachable(error: unknown): boolean {
  if (!isUnreachable(error)) return false;
  const isTold = told.has(error.message);
  told.add(error.message);
  return isTold;
}

/** True where this run is to go on without what lives in a database that is out of reach. */
export function isLeftOut(error: unknown): error is Error {
  return environment.MATVIEW_UNREACHABLE === "skip" && isUnreachable(error);
}
