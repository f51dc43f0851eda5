import { SQLSTATE } from "../postgres/errors.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { displayName } from "../postgres/names.ts";
import type { EarlierSteps, Foresight } from "./kind.ts";
import type { OtherWork } from "./otherWork.ts";
import { BYPASS } from "./ownerRole/plan.ts";

/** Steps of the same run that plans after them have to know of, while what they do is still to be done. */
export type NotedSteps = Set<string>;

/** What is known of a resource whose preview was made. */
interface Announced {
  readonly kind?: string;
  readonly id?: string;
  readonly operation?: string;
  readonly refusals?: readonly string[];
  readonly steps: readonly NotableStep[];
}

interface NotableStep {
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly statements?: readonly string[];
  readonly dependents?: readonly string[];
}

/** Remembers of a plan what later ones have to know; `declared` is what it is about. */
export function noteSteps(
  noted: NotedSteps,
  { kind, id, operation, refusals = [], steps }: Announced,
  declared?: object,
  previous?: object,
): void {
  for (const { action, target, reason, statements = [], dependents = [] } of steps) {
    if (refusals.length === 0) for (const one of dependents) noted.add(`${RECREATES}${one} with ${target}`);
    noted.add(`${action} ${target}`);
    if (reason === BYPASS) noted.add(`bypass ${target}`);
    if (action === "grant") for (const statement of statements) noted.add(statement);
  }
  if (kind === undefined || operation === "delete") return;
  noted.add(`declared ${kind} ${id}`);
  if (steps.length === 0) return;
  noted.add(`changed ${kind} ${id}`);
  const { schema, view, name, definition } = (declared ?? {}) as Readonly<Record<string, string | undefined>>;
  const before = (previous ?? {}) as { schema?: string; name?: string };
  if (kind === "materialized view" && before.schema !== undefined && before.name !== undefined)
    noted.add(`${MOVES}${displayName(before as QualifiedName)} ${JSON.stringify({ schema, name })}`);
  if (definition !== undefined) noted.add(DEFINES + JSON.stringify({ schema, name, definition }));
  if (kind === "index" && schema !== undefined && view !== undefined)
    noted.add(`index on ${displayName({ schema, name: view })}`);
}

/** What a resource of a type may make; undefined for ours, and for those that make nothing. */
export function workOfType(type: string, parentType: string | undefined): OtherWork | undefined {
  if (/^(pulumi:|matview:|pulumi-nodejs:dynamic\/matview:)/.test(type)) return undefined;
  // The first refresh of a view.
  if (type === "command:local:Command" && /^matview:index:RefreshedViews?$/.test(parentType ?? "")) return undefined;
  return type === "postgresql:index/extension:Extension" ? "pg_cron" : "anything";
}

/** Remembers that the program has resources which are none of ours. */
export function noteOthers(noted: NotedSteps, others: readonly OtherWork[]): void {
  for (const other of others) noted.add(`others ${other}`);
}

const DEFINES = "defines ";
const MOVES = "moves ";
const RECREATES = "recreates ";

/** The view with which a step before recreates this one. */
export function recreatedWith(noted: EarlierSteps, id: string): string | undefined {
  const head = `${RECREATES}${id} with `;
  return [...noted].find((note) => note.startsWith(head))?.slice(head.length);
}

/** Views that steps before make or change, with what they will show, in that order. */
export function definedBefore(noted: EarlierSteps): readonly (QualifiedName & { readonly definition: string })[] {
  return [...noted]
    .filter((note) => note.startsWith(DEFINES))
    .map((note) => JSON.parse(note.slice(DEFINES.length)) as QualifiedName & { definition: string });
}

/** What was described, as the steps before will leave it. */
export function asLeft<Actual>(actual: Actual, noted: EarlierSteps, desired: object): Actual {
  const { job, verdict } = (actual ?? {}) as {
    job?: { name?: unknown; isActive?: unknown };
    verdict?: { outcome: string; code?: string };
  };
  // What makes it active again is part of the plan, though it is active now.
  if (typeof job?.name === "string" && noted.has(`deactivate job ${job.name}`))
    return { ...actual, job: { ...job, isActive: false } };
  const awaited = onChangedView(actual, noted, desired);
  if (awaited !== undefined) return awaited;
  const there = onMovedView(actual, noted);
  if (there !== undefined) return there;
  const { definition } = desired as { definition?: string };
  if (verdict?.outcome !== "invalid" || definition === undefined || !namesChangedView(noted, definition)) return actual;
  return MISSING.includes(verdict.code ?? "") ? { ...actual, verdict: { outcome: "awaited" } } : actual;
}

/** What the server makes of an index says nothing where a step before changes the view's columns, but for what is wrong with any. */
function onChangedView<Actual>(actual: Actual, noted: EarlierSteps, desired: object): Actual | undefined {
  const { declared } = (actual ?? {}) as { declared?: { readonly isInherent?: boolean } };
  const { schema, view } = desired as { schema?: unknown; view?: unknown };
  if (declared === undefined || declared.isInherent === true) return undefined;
  if (typeof schema !== "string" || typeof view !== "string") return undefined;
  return willChangeView(noted, { schema, name: view }) ? { ...actual, declared: { view: undefined } } : undefined;
}

/** An index of a view that a step before renames or moves: it goes along. */
function onMovedView<Actual>(actual: Actual, noted: EarlierSteps): Actual | undefined {
  const { schema, view } = (actual ?? {}) as { schema?: unknown; view?: unknown };
  if (typeof schema !== "string" || typeof view !== "string") return undefined;
  const head = `${MOVES}${displayName({ schema, name: view })} `;
  const note = [...noted].find((one) => one.startsWith(head));
  if (note === undefined) return undefined;
  const to = JSON.parse(note.slice(head.length)) as QualifiedName;
  return { ...actual, schema: to.schema, view: to.name };
}

/** Refusals of a definition of which another resource may take the reason away. */
export const MISSING: readonly string[] = [
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedFunction,
  SQLSTATE.invalidSchemaName,
  SQLSTATE.undefinedColumn,
  SQLSTATE.undefinedObject,
  SQLSTATE.insufficientPrivilege,
];

/** Whether a role that row security hides rows from now will see them when the view is made. */
export function willBypass(noted: EarlierSteps, role: string): boolean {
  return noted.has(`bypass role ${role}`);
}

export function willCreateRole(noted: EarlierSteps, role: string): boolean {
  return noted.has(`create role ${role}`);
}

/** Whether something about a role will be other than it is. */
export function willChangeRole(noted: EarlierSteps, role: string): boolean {
  return ["create", "alter", "grant"].some((action) => noted.has(`${action} role ${role}`));
}

/** Whether a view will be made or changed by a step before. */
export function willChangeView(noted: EarlierSteps, view: QualifiedName): boolean {
  return noted.has(`changed materialized view ${displayName(view)}`);
}

/** Whether the program declares the view, so that the run fills it where it has no data. */
export function isDeclaredView(noted: EarlierSteps, view: QualifiedName): boolean {
  return noted.has(`declared materialized view ${displayName(view)}`);
}

/** Whether a text names a view that will be made or changed by a step before. */
export function namesChangedView(noted: EarlierSteps, text: string): boolean {
  const changed = /^changed materialized view .*?([^."]+)"?$/;
  return [...noted].some((note) => {
    const [, name] = changed.exec(note) ?? [];
    return name !== undefined && text.toLowerCase().includes(name.toLowerCase());
  });
}

export function willBuildIndexOn(noted: EarlierSteps, view: QualifiedName): boolean {
  return noted.has(`index on ${displayName(view)}`);
}

export function willHaveCron(noted: EarlierSteps): boolean {
  return noted.has("others pg_cron");
}

/** Something that a deploy is refused for as things are now. */
export interface Obstacle {
  readonly problem: string;
  /** Whether a step before takes it out of the way. */
  readonly isMade?: boolean;
  /** Whether the declaration itself is wrong, whatever else the run makes. */
  readonly isInherent?: boolean;
  /** Whether it stops nothing and is only to be known. */
  readonly isHarmless?: boolean;
  /** Whether another role than the connected one may well do it. */
  readonly isOfDeployer?: boolean;
}

/**
 * What is refused, and what is so unless a resource that we know nothing of makes it before. Who only looks does not deploy, and what
 * it may not do itself is not told.
 */
export function foreseen(obstacles: readonly Obstacle[], noted: EarlierSteps, onlyLooks = false): Required<Foresight> {
  const left = obstacles.filter(({ isMade, isOfDeployer }) => isMade !== true && !(onlyLooks && isOfDeployer === true));
  const mayBeMade = noted.has("others anything");
  const stopping = left.filter(({ isHarmless }) => isHarmless !== true);
  const known = left.filter(({ isHarmless }) => isHarmless === true);
  const isRefused = ({ isInherent }: Obstacle): boolean => isInherent === true || !mayBeMade;
  const problems = (some: readonly Obstacle[]): string[] => [...new Set(some.map(({ problem }) => problem))];
  return {
    refusals: problems(stopping.filter(isRefused)),
    warnings: [
      ...problems(stopping.filter((one) => !isRefused(one))).map(
        // Some end with the line of a text.
        (problem) =>
          `${problem}${problem.includes("\n") ? "\n  " : ". "}The deploy is refused unless another resource of this program mends that before`,
      ),
      ...problems(known),
    ],
  };
}
