import { refreshTarget } from "../../kinds/refreshJob/command.ts";
import type { Facts } from "./facts.ts";

/**
 * True where readers wait for each refresh by choice, so that a missing unique index is no fault: no key is declared or, where no
 * declaration says, the job asks for no concurrent refresh.
 */
export function refreshesPlainly({
  declared,
  job,
  jobRefreshesView,
}: Pick<Facts, "declared" | "job" | "jobRefreshesView">): boolean {
  if (declared.plain === false) return false;
  const target = job === undefined || !jobRefreshesView ? undefined : refreshTarget(job.command);
  return target === undefined ? declared.plain === true : !target.concurrently;
}
