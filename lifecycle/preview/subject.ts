import { refreshTarget } from "../../kinds/refreshJob/command.ts";
import { runRate } from "../../kinds/refreshJob/schedule/runRate.ts";
import { readSchedule } from "../../kinds/refreshJob/schedule.ts";
import type { QualifiedName } from "../../postgres/names.ts";

/** The materialized view that a declaration is about: itself, the one that an index is on, or the one that a job refreshes. */
export function subjectOf(declared: object): QualifiedName | undefined {
  const { schema, view, name, command } = declared as Readonly<Record<string, unknown>>;
  if (typeof command === "string") {
    const target = refreshTarget(command);
    return target === undefined ? undefined : { schema: target.schema ?? "public", name: target.name };
  }
  const relation = view ?? name;
  return typeof schema === "string" && typeof relation === "string" ? { schema, name: relation } : undefined;
}

/** How often a declared job runs a day; undefined for what is no job, and 0 for one that may not run. */
export function runsPerDay(declared: object | undefined): number | undefined {
  const { schedule, active } = (declared ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof schedule !== "string") return undefined;
  if (active === false) return 0;
  const parsed = readSchedule(schedule);
  return parsed && runRate(parsed).perDay;
}
