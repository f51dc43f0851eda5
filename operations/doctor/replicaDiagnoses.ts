import { displayName } from "../../postgres/names.ts";
import { duration } from "../commandLine/text.ts";
import { ageOn } from "../health/freshness.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";

/** What is wrong on the standbys that are named, each one by itself. */
export function diagnoseReplicas(evidence: Evidence): Finding[] {
  return evidence.replicas.flatMap((replica): Finding[] => {
    const { name, problem, stopped } = replica;
    if (problem !== undefined) {
      return [
        {
          id: "replica-unknown",
          symptom: "how fresh the view is for readers of a replica is not known",
          evidence: problem,
          cause: "it is down or cannot be reached from here, or the URL that names it is wrong",
          fix: `start or reach ${name}, or take it out of MATVIEW_READ_REPLICAS and matview:readReplicas`,
        },
      ];
    }
    if (stopped === undefined) return [];
    const age = ageOn(replica, evidence, evidence.limits);
    const old = age === undefined ? "" : `; ${displayName(evidence.declared)} is ${duration(age)} old there`;
    return [
      {
        id: "replica-stopped",
        symptom: "readers of a replica see old rows, of every table",
        evidence: `replica ${name}: ${stopped.cause}${old}`,
        cause: "a standby shows what it has replayed, and replay stands still",
        fix: stopped.fix,
      },
    ];
  });
}
