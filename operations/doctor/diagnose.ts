import { refreshBlocked } from "./blocked.ts";
import type { Evidence } from "./evidence.ts";
import type { Diagnosis, Finding } from "./finding.ts";
import { jobDiagnoses, noRuns } from "./jobDiagnoses.ts";
import { keptOverdue } from "./keptOverdue.ts";
import { diagnoseReplicas } from "./replicaDiagnoses.ts";
import { courseDiagnoses, failureDiagnoses, unexplainedFailure } from "./runDiagnoses.ts";
import { messageDiagnosis } from "./runMessages.ts";

/** Diagnoses that say why no run begins; what follows from that is no finding of its own. */
const STOPPED = [
  "standby",
  "pg-cron-missing",
  "job-without-role",
  "launcher-dead",
  "job-hidden",
  "job-missing",
  "restored-copy",
  "job-inactive",
  "job-refreshes-something-else",
  "schedule-never-fires",
];
/** Diagnoses that say why runs fail. */
const FAILING = ["job-of-another-role", "role-cannot-log-in"];

/** Causes, not their consequences: what another finding explains is left out. Pure. */
export function diagnose(evidence: Evidence): Finding[] {
  return [...diagnoseHere(evidence), ...diagnoseReplicas(evidence), ...found([keptOverdue], evidence)];
}

function diagnoseHere(evidence: Evidence): Finding[] {
  const blocked = found([refreshBlocked], evidence);
  const job = found(jobDiagnoses, evidence);
  const stopped = job.find(({ id }) => STOPPED.includes(id));
  const failure = found(failureDiagnoses, evidence);
  if (stopped !== undefined) return [...blocked, stopped, ...failure];
  const explained = failure.length > 0 || job.some(({ id }) => FAILING.includes(id));
  const unexplained = explained
    ? []
    : found(
        [(one) => messageDiagnosis(one) ?? unexplainedFailure(one), ...(blocked.length > 0 ? [] : [noRuns])],
        evidence,
      );
  const silent = unexplained.some(({ id }) => id === "runs-do-not-begin");
  const course = found(courseDiagnoses, evidence).filter(
    ({ id }) => !(explained || blocked.length > 0) || id !== "stale-though-runs-succeed",
  );
  return [...blocked, ...job, ...failure, ...unexplained, ...(silent ? [] : course)];
}

function found(diagnoses: readonly Diagnosis[], evidence: Evidence): Finding[] {
  return diagnoses.map((diagnosis) => diagnosis(evidence)).filter((finding) => finding !== undefined);
}
