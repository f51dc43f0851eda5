import type { Capabilities } from "../../postgres/capabilities.ts";
import type { DesiredJob } from "./desired.ts";
import type { JobState } from "./jobState.ts";
import { timeoutMs } from "./timeout.ts";
import { strayed } from "./way.ts";

/** The declaration as the world has it. A job that rests by its absence is what is declared. */
export function observedJob(
  desired: DesiredJob,
  { job, statementTimeout }: JobState,
  capabilities: Capabilities,
): object {
  const { statementTimeoutMs, ...rest } = desired;
  const found = timeoutMs(statementTimeout);
  const timeout = statementTimeoutMs === undefined || found === undefined ? {} : { statementTimeoutMs: found };
  if (job === undefined) return { ...rest, ...timeout };
  return {
    ...rest,
    ...timeout,
    schedule: job.schedule,
    command: job.command,
    active: job.isActive,
    ...Object.fromEntries(strayed(job).map(({ property, actual }) => [property, actual])),
    ...(desired.database === undefined && job.database === capabilities.database ? {} : { database: job.database }),
  };
}
