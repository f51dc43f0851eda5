import { displayName } from "../../postgres/names.ts";
import { commentSql, grantSql, named, ownerSql, revokeSql } from "../../postgres/objectStatements.ts";
import { claimStep, CONVERGED, step } from "../../postgres/plan.ts";
import type { Difference, Plan, Step } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { isSameClaim, joinComment, wantedClaim } from "../claim.ts";
import type { Claim } from "../claim.ts";
import type { ActualView } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { parameterList } from "./statements.ts";
import { keptName } from "./swap/kept.ts";

/** Whether an old view is kept aside at this point of the plan. */
export interface WithKept {
  readonly hasKept: boolean;
}

/**
 * What is altered in place: owner, comment, grants, storage parameters. What is not declared stays as it is; what was
 * declared before and is no longer is taken back.
 */
export function planProperties(
  desired: DesiredView,
  previous: DesiredView | undefined,
  actual: ActualView & WithKept,
  claim: Claim | null | undefined,
): Plan {
  const parts = [
    planComment(desired, previous, actual, claim),
    planGrants(desired, previous, actual),
    planStorage(desired, previous, actual),
    planOwner(desired, actual),
  ];
  return { steps: parts.flatMap(({ steps }) => steps), differences: parts.flatMap(({ differences }) => differences) };
}

function altered(
  desired: DesiredView,
  property: string,
  declared: string,
  actual: string,
  sql: string[],
  rest?: Partial<Step>,
): Plan {
  const difference: Difference = { property, declared, actual };
  return {
    steps: [step("alter", displayName(desired), `${property} is ${actual}, declared ${declared}`, sql, rest)],
    differences: [difference],
  };
}

function planOwner(desired: DesiredView, actual: ActualView & WithKept): Plan {
  const { owner } = desired;
  if (owner === undefined || owner === actual.owner) return CONVERGED;
  const hazards = ["readers-wait"] as const;
  return altered(
    desired,
    "owner",
    owner,
    actual.owner,
    // The job that drops what is overdue is the owner's.
    [desired, ...(actual.hasKept ? [keptName(desired)] : [])].map((view) =>
      ownerSql(named("materialized view", view), owner),
    ),
    { hazards },
  );
}

function planComment(
  desired: DesiredView,
  previous: DesiredView | undefined,
  actual: ActualView,
  asked: Claim | null | undefined,
): Plan {
  const claim = wantedClaim(asked, actual.claim);
  // What is not declared stays; what was and is no longer goes. An empty comment is how a state refresh says that there was none.
  const wanted = desired.comment ?? (previous?.comment ? null : actual.comment);
  const sql = commentSql(named("materialized view", desired), joinComment(wanted, claim));
  if (wanted !== actual.comment) return altered(desired, "comment", shown(wanted), shown(actual.comment), [sql]);
  return isSameClaim(claim, actual.claim)
    ? CONVERGED
    : { steps: [claimStep(displayName(desired), sql)], differences: [] };
}

function shown(comment: string | null): string {
  return comment === null ? "none" : JSON.stringify(comment);
}

function planGrants(desired: DesiredView, previous: DesiredView | undefined, actual: ActualView): Plan {
  const wanted = flat(desired.grants);
  const held = new Set(actual.grants.map(({ role, privilege }) => `${role}\0${privilege}`));
  const missing = wanted.filter(([role, privilege]) => role !== actual.owner && !held.has(`${role}\0${privilege}`));
  const kept = new Set(wanted.map((grant) => grant.join("\0")));
  const withdrawn = flat(previous?.grants).filter((grant) => !kept.has(grant.join("\0")) && held.has(grant.join("\0")));
  const view = named("table", desired);
  const sql = [
    ...missing.map(([role, privilege]) => grantSql(privilege, view, role)),
    ...withdrawn.map(([role, privilege]) => revokeSql(privilege, view, role)),
  ];
  if (sql.length === 0) return CONVERGED;
  const text = (grants: readonly (readonly [string, string])[]): string =>
    grants.map(([role, privilege]) => `${privilege} to ${role}`).join(", ") || "none more";
  return altered(desired, "grants", text(missing), withdrawn.length > 0 ? text(withdrawn) : "missing", sql);
}

function flat(grants: DesiredView["grants"]): (readonly [role: string, privilege: string])[] {
  return (grants ?? []).flatMap(({ role, privileges }) => privileges.map((privilege) => [role, privilege] as const));
}

function planStorage(desired: DesiredView, previous: DesiredView | undefined, actual: ActualView): Plan {
  const wanted = desired.storageParameters ?? {};
  const changed = Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => actual.storageParameters[name] !== value),
  );
  const dropped = Object.keys(previous?.storageParameters ?? {}).filter(
    (name) => wanted[name] === undefined && actual.storageParameters[name] !== undefined,
  );
  const names = { schema: desired.schema, view: desired.name };
  const sql = [
    { action: "set", parameters: parameterList(changed) },
    { action: "reset", parameters: dropped.join(", ") },
  ]
    .filter(({ parameters }) => parameters !== "")
    .map((raw) => sqlStatement("statements/alter_storage_parameters", { names, raw }));
  if (sql.length === 0) return CONVERGED;
  const found = [...Object.keys(changed), ...dropped].map(
    (name) => `${name} = ${actual.storageParameters[name] ?? "default"}`,
  );
  const declared = [
    ...Object.entries(changed).map(([name, value]) => `${name} = ${value}`),
    ...dropped.map((name) => `${name} = default`),
  ];
  return altered(desired, "storage parameters", declared.join(", "), found.join(", "), sql);
}
