import { ask } from "../../postgres/asked.ts";
import type { Capabilities } from "../../postgres/capabilities.ts";
import { displayName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import type { Survey } from "../kind.ts";
import { visibleJobs } from "../refreshJob/describe.ts";
import { liveDefinitions, recordDefinition } from "./definition/recordedDefinition.ts";
import { isStoredElsewhere, jobsOf, keptOf, toActual } from "./describe.ts";
import type { AbsentView, ActualView, ViewRow } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { keptName } from "./swap/kept.ts";
import { asideName } from "./swap/swapNames.ts";

/** Views beyond this many are not held in memory: each is asked for by name. */
const MOST_VIEWS = 20_000;

/**
 * Reads all materialized views, how the server prints them, and the jobs. A definition that is as last recorded needs no
 * comparison; every other one, and a name that no materialized view bears, is left to `describe`.
 */
export async function surveyViews(session: Session): Promise<Survey<DesiredView, ActualView | AbsentView>> {
  const { target, capabilities } = session;
  const visible = visibleJobs(session, []);
  visible.catch(() => undefined);
  const { rows } = await ask<ViewRow>(target, "describe/materialized_views", [null, null]);
  if (rows.length > MOST_VIEWS) return { find: () => undefined };
  const oids = rows.map(({ oid }) => oid);
  const [definitions, jobs] = await Promise.all([liveDefinitions(target, oids), visible]);
  const found = new Map(rows.map((row) => [displayName(row), row]));
  return {
    find: (desired, recorded) => {
      const row = found.get(displayName(desired));
      const live = row === undefined ? undefined : definitions.get(row.oid);
      if (row === undefined || live === undefined || recorded === undefined) return undefined;
      if (recorded !== recordDefinition(desired.definition, live, capabilities.serverMajor)) return undefined;
      // Whose jobs are to rest meanwhile is looked at with more effort.
      if (!row.isPopulated && capabilities.cron?.seesAllJobs === false) return undefined;
      // What a swap has to do with, or left behind, is described one by one.
      if (isStoredElsewhere(desired, row) || found.has(displayName(asideName(desired)))) return undefined;
      const kept = found.get(displayName(keptName(desired)));
      const actual = toActual(row, jobsOf(jobs, desired, capabilities), { outcome: "equal", live });
      return { actual: { ...actual, kept: kept && keptOf(kept) } };
    },
  };
}

/** Both sides of a comparison that came out equal, as a hash; nothing where they differ. */
export function recordView(
  desired: DesiredView,
  actual: ActualView | AbsentView,
  { serverMajor }: Capabilities,
): string | undefined {
  if (!actual.exists || actual.verdict.outcome !== "equal") return undefined;
  return recordDefinition(desired.definition, actual.verdict.live, serverMajor);
}
