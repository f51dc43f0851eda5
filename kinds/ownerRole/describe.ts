import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import type { DesiredOwner } from "./desired.ts";
import { actingNeeds, buildNeed, ownNeeds, runtimeNeeds, sourceNeeds } from "./needs.ts";
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
  /** Whether the connected role may let a role that it may alter read past row security. */
  readonly mayLetBypass: boolean;
  readonly role: FoundRole | null;
  readonly missingObservers: readonly string[];
}

/** The role and everything that it needs, its own and what others give it. */
export interface ActualOwner extends RoleRow {
  /** Whether pg_cron is there, or the connected role can perhaps make it: hosts let some roles do so that are no superuser. */
  readonly mayHaveCron: boolean;
  /** What the owner needs whoever deploys. */
  readonly own: readonly Right[];
  /** What it needs for the connected role to act as it. */
  readonly acting: readonly Right[];
  /** What other resources of the platform grant or make. */
  readonly elsewhere: readonly Right[];
}

/** Reads a role with its needs. */
export async function describeOwner(session: Session, desired: DesiredOwner): Promise<ActualOwner> {
  const { database, cronDatabase, currentUser, isSuperuser, cron } = session.capabilities;
  const asked = [desired.owner, desired.observers];
  const [row] = (await session.target.query<RoleRow>(sqlText("describe/owner_role"), asked)).rows;
  if (row === undefined) throw new Error("describe/owner_role.sql returned no row");
  const build = {
    target: buildNeed("target", database, currentUser),
    cron: buildNeed("cron", cronDatabase, currentUser),
  };
  const needs = {
    own: ownNeeds(desired),
    acting: isSuperuser ? [] : actingNeeds(desired, database !== cronDatabase),
    sources: isSuperuser ? [] : sourceNeeds(desired.owner, desired.sources),
    runtime: isSuperuser ? [] : roomsOf(session, desired).map((on) => [...runtimeNeeds(on, desired.owner), build[on]]),
  };
  const all = [...needs.own, ...needs.acting, ...needs.sources, ...needs.runtime.flat(), build.cron];
  const rights = await describeRights(session, all);
  const take = (count: number): Right[] => rights.splice(0, count);
  return {
    ...row,
    // A schema that is not there is told by what is to be in it.
    own: take(needs.own.length).filter(({ on, exists }) => on === "cron" || exists),
    acting: take(needs.acting.length),
    elsewhere: [
      // What is missing altogether is told by whoever is to grant it.
      ...take(needs.sources.length).filter(({ exists }) => exists),
      ...needs.runtime.flatMap(({ length }) => runtimeRights(take(length))),
    ],
    mayHaveCron: cron !== undefined || isSuperuser || rights[0]?.isHeld === true,
  };
}

/** Where schema `matview` is needed. */
function roomsOf({ capabilities }: Session, { observers }: DesiredOwner): ("target" | "cron")[] {
  const isElsewhere = capabilities.database !== capabilities.cronDatabase;
  return observers.length > 0 && isElsewhere ? ["target", "cron"] : ["target"];
}

// A schema that is missing is made, by who owns what is in it then.
function runtimeRights(rights: readonly Right[]): Right[] {
  const isThere = rights.slice(0, -1).every(({ exists }) => exists);
  return isThere ? rights.slice(0, -1) : rights.slice(-1);
}
