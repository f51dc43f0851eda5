import type { Session } from "../postgres/session.ts";
import { sqlText } from "../postgres/sqlFiles.ts";
import type { DesiredOwner } from "./desired.ts";
import { actingNeeds, buildNeed, cronNeeds, runtimeNeeds, sourceNeeds } from "./needs.ts";
import { describeRights } from "./rights.ts";
import type { Right } from "./rights.ts";

/** The role as the catalog has it, and what the connected role may do with it. */
interface FoundRole {
  readonly canLogin: boolean;
  readonly mayActAs: boolean;
  /** Whether the connected role has the role's rights without acting as it. */
  readonly hasRights: boolean;
  readonly mayAlter: boolean;
  /** Whether the connected role may make members, itself among them. */
  readonly mayGrant: boolean;
  /** What it is beside a role that may log in: superuser, noinherit, ... */
  readonly attributes: readonly string[];
}

interface RoleRow {
  readonly mayCreate: boolean;
  /** Whether the connected role has the rights of roles that it is a member of (before PostgreSQL 16). */
  readonly inherits: boolean;
  readonly role: FoundRole | null;
  readonly missingObservers: readonly string[];
}

/** The role and everything that it needs, its own and what others give it. */
export interface ActualOwner extends RoleRow {
  /** Whether pg_cron is there, or the connected role can perhaps make it: hosts let some roles do so that are no superuser. */
  readonly mayHaveCron: boolean;
  /** What the owner needs whoever deploys. */
  readonly cron: readonly Right[];
  /** What it needs for the connected role to act as it. */
  readonly acting: readonly Right[];
  /** What other resources of the platform grant or make. */
  readonly elsewhere: readonly Right[];
}

/** Reads each role with its needs. */
export async function describeOwners(session: Session, desired: readonly DesiredOwner[]): Promise<ActualOwner[]> {
  const found: ActualOwner[] = [];
  for (const one of desired) found.push(await describeOwner(session, one));
  return found;
}

async function describeOwner(session: Session, desired: DesiredOwner): Promise<ActualOwner> {
  const { database, cronDatabase, isSuperuser, cron } = session.capabilities;
  const asked = [desired.owner, desired.observers];
  const [row] = (await session.target.query<RoleRow>(sqlText("describe/owner_role"), asked)).rows;
  if (row === undefined) throw new Error("describe/owner_role.sql returned no row");
  const acting = isSuperuser ? [] : actingNeeds(desired, database !== cronDatabase);
  return {
    ...row,
    mayHaveCron: cron !== undefined || isSuperuser || (await mayBuild(session, "cron", cronDatabase)),
    cron: await describeRights(session, cronNeeds(desired)),
    acting: await describeRights(session, acting),
    elsewhere: isSuperuser ? [] : await rightsElsewhere(session, desired),
  };
}

async function rightsElsewhere(session: Session, { owner, sources, observers }: DesiredOwner): Promise<Right[]> {
  const { currentUser, database, cronDatabase } = session.capabilities;
  const rooms = [
    ["target", database],
    ...(observers.length > 0 && cronDatabase !== database ? [["cron", cronDatabase] as const] : []),
  ] as const;
  // What is missing altogether is told by whoever is to grant it.
  const rights = (await describeRights(session, sourceNeeds(owner, sources))).filter(({ exists }) => exists);
  for (const [on, name] of rooms) {
    const found = await describeRights(session, runtimeNeeds(on, owner));
    // A schema that is missing is made, by who owns what is in it.
    const isThere = found.every(({ exists }) => exists);
    rights.push(...(isThere ? found : await describeRights(session, [buildNeed(on, name, currentUser)])));
  }
  return rights;
}

async function mayBuild(session: Session, on: "cron", database: string): Promise<boolean> {
  const [right] = await describeRights(session, [buildNeed(on, database, session.capabilities.currentUser)]);
  return right?.isHeld === true;
}
