import type { Capabilities } from "../../postgres/capabilities.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Plan } from "../../postgres/plan.ts";
import type { DesiredJob } from "./desired.ts";
import type { JobState } from "./jobState.ts";
import { timeoutSql } from "./statements.ts";

/**
 * The statement timeout of a job is its role's in the job's database: pg_cron's workers ignore one that the command sets. It is
 * everything's that the role runs there, and nobody else's.
 */
export function planTimeout(
  desired: DesiredJob | "absent",
  previous: DesiredJob | undefined,
  state: JobState,
  capabilities: Capabilities,
): Plan {
  const declared = desired === "absent" ? undefined : desired.statementTimeoutMs;
  const found = state.statementTimeout;
  if (declared === undefined && previous?.statementTimeoutMs === undefined) return CONVERGED;
  if (declared === undefined ? found === undefined : timeoutMs(found) === declared) return CONVERGED;
  const of = desired === "absent" ? previous : desired;
  const user = of?.user ?? capabilities.currentUser;
  const database = of?.database ?? capabilities.database;
  const sql = timeoutSql(user, database, declared, capabilities);
  const reason =
    declared === undefined
      ? "no longer declared"
      : `statement timeout is ${found ?? "not set"}, declared ${declared} ms`;
  return {
    steps: [step("alter role", user, reason, sql, { on: "cron" })],
    differences:
      found === undefined || declared === undefined
        ? []
        : [{ property: "statementTimeoutMs", declared: `${declared} ms`, actual: found }],
  };
}

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A setting's text in milliseconds, as PostgreSQL reads it: without a unit it is milliseconds. */
export function timeoutMs(setting: string | undefined): number | undefined {
  const match = /^(\d+)\s*(us|ms|s|min|h|d)?$/.exec(setting?.trim() ?? "");
  return match === null ? undefined : Number(match[1]) * (UNITS[match[2] ?? "ms"] ?? 1);
}
