import { displayName, sqlIdentifier } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { rightText } from "./ownerRole/rights.ts";
import type { Need } from "./ownerRole/rights.ts";

/** A row of describe/sources.sql: a right that a refresh needs. */
export interface Source extends QualifiedName {
  readonly what: "table" | "function" | "schema" | "database";
  readonly privilege: string;
  readonly isHeld: boolean;
  /** Who needs it. */
  readonly role: string;
  /** Whether that is the view's owner, and not the owner of a plain view that it reads. */
  readonly isOwners: boolean;
}

/** A row of describe/hidden_sources.sql. */
export interface HiddenSource extends QualifiedName {
  /** Who reads it in a refresh. */
  readonly role: string;
  readonly tableOwner: string;
  /** Whether row security is for its owner too. */
  readonly isForced: boolean;
  /** Those that choose the rows. */
  readonly policies: readonly string[];
}

/** Why a role does not see every row of a table, in a sentence without its end. */
export function hiddenText(source: HiddenSource): string {
  const { role, policies } = source;
  const which =
    policies.length === 0 ? "no policy lets it see any" : `it sees what policy ${policies.join(", ")} lets through`;
  return `row security is on for ${displayName(source)}, and role ${role} reads it in a refresh: ${which}`;
}

/** The ways in which it sees them all. */
export function unhideText(source: HiddenSource): string {
  return `${bypassSql(source.role)}${unhideWays([source])}`;
}

export function bypassSql(role: string): string {
  return `alter role ${sqlIdentifier(role)} bypassrls`;
}

export function unhideWays(hidden: readonly HiddenSource[]): string {
  const owners = new Set(hidden.filter(({ isForced }) => !isForced).map(({ tableOwner }) => tableOwner));
  const others = [...owners].map((owner) => `, or let owner be ${owner}, who owns the table`);
  return ` (a superuser may, and on managed hosts the administrator)${others.join("")}`;
}

/** Rights that a refresh needs and has not. */
export function closedSources({ sources = [] }: { readonly sources?: readonly Source[] }): readonly Source[] {
  return sources.filter(({ isHeld }) => !isHeld);
}

export function lackText(source: Source): string {
  const { what, role, isOwners } = source;
  const lacks = what === "table" ? `may not read ${displayName(source)}` : `lacks ${rightText(neededOf(source))}`;
  return `role ${role} owns ${isOwners ? "the view" : "a plain view that it reads,"} and ${lacks}`;
}

/** What a role needs where it lacks a right that refreshes need. */
export function neededOf(source: Source): Need {
  return { on: "target", ...source };
}
