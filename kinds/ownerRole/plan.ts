import type { Capabilities } from "../../postgres/capabilities.ts";
import { sqlIdentifier } from "../../postgres/names.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Plan, Step } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import type { Situation } from "../kind.ts";
import type { ActualOwner } from "./describe.ts";
import type { DesiredOwner } from "./desired.ts";
import { grantNeedSql, mend, missingRights, rightText } from "./rights.ts";
import type { Right } from "./rights.ts";

/** A statement about the role, and whether the connected role may run it. */
interface RoleWork {
  readonly reason: string;
  readonly sql: string;
  readonly isAllowed: boolean;
}

/**
 * From the declared role to the statements that make it and give it what it lacks. Nothing is taken from a role, and nothing is
 * planned for its end: others may have it in use. What the connected role may not do itself is refused with all that is missing.
 */
export function planOwner({ desired, actual, capabilities }: Situation<DesiredOwner, ActualOwner>): Plan {
  if (desired === "absent" || actual === undefined) return CONVERGED;
  const { owner } = desired;
  const work = [...roleWork(owner, actual, capabilities), ...bypassWork(desired, actual)];
  const lacking = [...actual.own, ...actual.acting].filter(({ isHeld }) => !isHeld);
  const steps: Step[] = [
    ...work.map(({ reason, sql }) => step(reason === ABSENT ? "create" : "alter", target(owner), reason, [sql])),
    ...grantSteps(owner, lacking),
  ];
  const refusals = refusalsOf(desired, actual, work, capabilities);
  const canLogin = actual.role?.canLogin !== false;
  return {
    steps,
    // What is missing is given; a role that somebody keeps from logging in is not let in unasked.
    differences: canLogin ? [] : [{ property: "login", declared: "true", actual: "false" }],
    ...(refusals.length === 0 ? {} : { refusals }),
  };
}

/** Steps that add the rights, one for each database. */
export function grantSteps(owner: string, lacking: readonly Right[]): Step[] {
  return (["target", "cron"] as const).flatMap((on) => {
    const here = lacking.filter((right) => right.on === on);
    if (here.length === 0) return [];
    const reason = `${here.map(rightText).join(", ")} in database ${here[0]?.database} is missing`;
    return [step("grant", target(owner), reason, here.map(grantNeedSql), { on })];
  });
}

const ABSENT = "it does not exist";

function roleWork(owner: string, { mayCreate, inherits, role }: ActualOwner, capabilities: Capabilities): RoleWork[] {
  const { currentUser, isSuperuser, serverMajor } = capabilities;
  const names = { role: owner };
  const hasOptions = serverMajor >= 16;
  const isMember = isSuperuser || (role?.mayActAs === true && (role.hasRights || !hasOptions));
  const options = hasOptions ? "with inherit true, set true" : "";
  const join = sqlStatement("statements/grant_role", { names: { ...names, member: currentUser }, raw: { options } });
  const me = `role ${currentUser} may not act as it`;
  return [
    ...(role === null
      ? [{ reason: ABSENT, sql: sqlStatement("statements/create_owner_role", { names }), isAllowed: mayCreate }]
      : []),
    ...(role?.canLogin === false
      ? [
          {
            reason: "may not log in",
            sql: sqlStatement("statements/let_role_log_in", { names }),
            isAllowed: role.mayAlter,
          },
        ]
      : []),
    ...(isMember ? [] : [{ reason: me, sql: join.trim(), isAllowed: role === null ? mayCreate : role.mayGrant }]),
    // Before 16 this is said by the member and not by the membership: an attribute that is not ours to change.
    ...(isSuperuser || hasOptions || inherits
      ? []
      : [
          {
            reason: `role ${currentUser} does not have its rights`,
            sql: `alter role ${sqlIdentifier(currentUser)} inherit`,
            isAllowed: false,
          },
        ]),
  ];
}

/** Of the step that lets a role read past row security. */
export const BYPASS = "row security hides rows from it";

function bypassWork(
  { owner, bypassRowSecurity }: DesiredOwner,
  { role, mayCreate, mayLetBypass }: ActualOwner,
): RoleWork[] {
  if (bypassRowSecurity !== true || bypasses(role?.attributes ?? [])) return [];
  const sql = sqlStatement("statements/bypass_row_security", { names: { role: owner } });
  return [{ reason: BYPASS, sql, isAllowed: mayLetBypass && (role === null ? mayCreate : role.mayAlter) }];
}

/** Whether a role with these attributes sees every row of what it may read. */
export function bypasses(attributes: readonly string[]): boolean {
  return ["superuser", "bypassrls"].some((one) => attributes.includes(one));
}

function refusalsOf(
  { owner }: DesiredOwner,
  actual: ActualOwner,
  work: readonly RoleWork[],
  { cronDatabase, database, serverMajor }: Capabilities,
): string[] {
  const admin = serverMajor >= 16 ? "a superuser or a role with the admin option on it" : "a superuser";
  const rights = missingRights([...actual.own, ...actual.acting, ...actual.elsewhere]);
  // Who is to grant something to a role that is not there makes it first.
  const mustBeMade = actual.role === null && rights.length > 0;
  return [
    ...(actual.mayHaveCron
      ? []
      : [mend("pg_cron is not installed", cronDatabase, "a superuser", "create extension pg_cron")]),
    ...work
      .filter(({ isAllowed }) => mustBeMade || !isAllowed)
      .map(({ reason, sql }) => mend(`role ${owner}: ${reason}`, database, admin, sql)),
    ...rights,
    ...actual.missingObservers.map((name) =>
      mend(
        `role ${name}, one of the observers, does not exist`,
        database,
        "a superuser",
        `create role ${sqlIdentifier(name)} login`,
      ),
    ),
  ];
}

function target(owner: string): string {
  return `role ${owner}`;
}
