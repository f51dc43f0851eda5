import { kindOfType } from "../../kinds/all.ts";
import type { AnyKind } from "../../kinds/all.ts";
import { entryOf, readFencingToken } from "../../kinds/claim.ts";
import type { Consent } from "../../kinds/consent.ts";
import { asLeft, noteOthers, noteSteps, workOfType } from "../../kinds/earlierSteps.ts";
import type { NotedSteps } from "../../kinds/earlierSteps.ts";
import { worse } from "../../kinds/materializedView/cost/statementCost.ts";
import type { Risk } from "../../kinds/materializedView/cost/statementCost.ts";
import { NOTHING_SAID, viewsSaid } from "../../kinds/once.ts";
import type { Expectations, Once } from "../../kinds/once.ts";
import type { OtherWork } from "../../kinds/otherWork.ts";
import { ownJobNames } from "../../kinds/refreshJob/refreshSettings.ts";
import { canonicalHash } from "../../lifecycle/canonical.ts";
import { refuseOtherDatabase } from "../../lifecycle/databaseIdentity.ts";
import type { DriftAnswers } from "../../lifecycle/driftAnswers.ts";
import { declaredOnly, idleFingerprint } from "../../lifecycle/preview/fingerprint.ts";
import { isPlannedLater, plannedLater } from "../../lifecycle/preview/plannedLater.ts";
import { forgotten, previewChange } from "../../lifecycle/preview/previewChange.ts";
import { declaration } from "../../lifecycle/props.ts";
import { userError } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { unknownName } from "../../postgres/nearestName.ts";
import type { Session } from "../../postgres/session.ts";
import type { UntoldDiff, ViewDiff } from "../diff/viewDiff.ts";
import type { Database } from "../stack/connection.ts";
import type { Sessions } from "../stack/sessions.ts";
import { databaseOf, databasesOf, parentTypeOf, typeOf } from "./digest.ts";
import type { Digest, DigestStep } from "./digest.ts";
import { byUrn, IDLE, propsOf, relevant } from "./digestSteps.ts";
import { filledConnection, firstRefreshOf } from "./firstRefresh.ts";
import { otherStep } from "./otherStep.ts";
import type { OtherStep } from "./otherStep.ts";
import type { Planned, PlannedResource } from "./plannedResource.ts";
import { policyFacts } from "./policyFacts.ts";

/** What `matview plan --json` prints. */
export interface PlanDocument {
  readonly version: 1;
  readonly stack: string;
  readonly database: string;
  /** What a person allows in the deploy of this plan. */
  readonly allow: readonly Consent[];
  /** What a person expects of the rows in the deploy of this plan, by view. */
  readonly expect: Expectations;
  /** Of all resources together: equal plans have equal fingerprints, whenever and wherever they are made. */
  readonly fingerprint: string;
  readonly risk: Risk;
  /** Databases that could not be looked at, and why. */
  readonly unreached: readonly string[];
  readonly resources: readonly PlannedResource[];
  /** What the engine will do about resources of other kinds. */
  readonly others: readonly OtherStep[];
  /** What the deploy does to the rows of each view that it changes, where that was asked for. */
  readonly data?: readonly ((ViewDiff | UntoldDiff) & Pick<PlannedResource, "connection">)[];
}

/** The plan of every resource of ours that the engine's preview names, in the order in which the engine goes about it. */
export async function planDocument(
  sessions: Sessions,
  stack: string,
  digest: Digest,
  { withFacts = true, once = NOTHING_SAID }: { readonly withFacts?: boolean; readonly once?: Once } = {},
): Promise<PlanDocument> {
  const steps = digest.steps ?? [];
  const resources: PlannedResource[] = [];
  const adoptDatabase = digest.config?.["matview:adoptDatabase"];
  const notedIn = new Map<string | null, NotedSteps>();
  for (const step of relevant(steps)) {
    const kind = kindOfType(typeOf(step.urn));
    const database = kind === undefined ? filledDatabase(step, resources) : databaseOf(step);
    const { connection = null, hasOwnUrl = false } = database;
    const noted: NotedSteps = notedIn.get(connection) ?? new Set();
    if (!notedIn.has(connection)) noteOthers(noted, othersOf(steps));
    notedIn.set(connection, noted);
    const session = sessions(database);
    const planned = resources.filter((one) => one.connection === connection);
    const resource =
      session instanceof Error
        ? unreached(kind, step, session)
        : kind === undefined
          ? await firstRefreshOf(session, step, planned)
          : await plannedOf(session, kind, step, { withFacts, once, noted, planned, adoptDatabase });
    if (resource === undefined) continue;
    resources.push({ ...resource, connection, hasOwnUrl });
    noteSteps(noted, resource, resource.declared ?? undefined, resource.previous ?? undefined);
  }
  refuseOthers(once, resources);
  withViews(resources);
  const databases = databasesOf(digest);
  const known = new Set(resources.map(({ urn }) => urn));
  return {
    version: 1,
    stack,
    database: namesOf(databases, sessions),
    ...once,
    // What does not stand on each other the engine does in any order.
    fingerprint: canonicalHash([
      ...resources.map(({ urn, fingerprint }) => [urn, fingerprint]).sort(byUrn),
      ...saidOf(once),
    ]),
    risk: resources.flatMap((one) => one.steps).reduce<Risk>((risk, one) => worse(risk, one.risk), "none"),
    unreached: [...new Set(databases.map(sessions).flatMap(reasonOf))],
    resources,
    others: steps.filter(({ op, urn }) => !IDLE.includes(op) && !known.has(urn)).map(otherStep),
  };
}

// A plan without expectations has the fingerprint that it always had.
function saidOf({ allow, expect }: Once): unknown[] {
  return [...allow, ...(Object.keys(expect).length === 0 ? [] : [expect])];
}

function reasonOf(session: Session | Error): string[] {
  return session instanceof Error ? [session.message] : [];
}

function namesOf(databases: readonly Database[], sessions: Sessions): string {
  const names = databases.map((database) => {
    const session = sessions(database);
    const name = session instanceof Error ? "out of reach" : session.capabilities.database;
    return database.connection === undefined ? name : `${name} (${database.connection})`;
  });
  // The engine has no order for them.
  return [...new Set(names)].sort().join(", ");
}

/** What is in a database of which nothing is known now. */
function unreached(kind: AnyKind | undefined, step: DigestStep, error: Error): Planned | undefined {
  const { news, olds } = propsOf(step);
  const props = news ?? olds;
  if (kind === undefined || props === undefined) return undefined;
  const refused = IDLE.includes(step.op) ? [] : [error.message];
  const operation =
    news === undefined ? "delete" : IDLE.includes(step.op) ? "same" : olds === undefined ? "create" : "update";
  const later = plannedLater(kind.noun, kind.id(declaration(props)), declaration(props), step.op);
  return {
    ...{ urn: step.urn, ...later, operation, refusals: refused, handover: [] },
    ...{ adopt: false, onDrift: {}, recorded: undefined, facts: undefined, token: null },
    declared: news === undefined ? null : declaredOnly(declaration(news)),
    previous: olds === undefined ? null : declaredOnly(declaration(olds)),
  };
}

/** The database of a command that fills views. */
function filledDatabase(step: DigestStep, resources: readonly PlannedResource[]): Database {
  const connection = filledConnection(step);
  const hasOwnUrl = resources.some((one) => one.connection === (connection ?? null) && one.hasOwnUrl);
  return { ...(connection === undefined ? {} : { connection }), ...(hasOwnUrl ? { hasOwnUrl } : {}) };
}

/** @throws where something is said of a view that there is none of. */
function refuseOthers(once: Once, resources: readonly PlannedResource[]): void {
  const views = resources
    .filter(({ kind }) => kind === "materialized view")
    .flatMap(({ id, previous }) => [
      id,
      ...(previous === null ? [] : [displayName(previous as unknown as QualifiedName)]),
    ]);
  const unknown = viewsSaid(once).find((view) => !views.includes(view));
  if (unknown === undefined) return;
  const source = Object.hasOwn(once.expect, unknown) ? "MATVIEW_EXPECT or --expect" : "MATVIEW_ALLOW or --allow";
  throw userError(`${source}: ${unknownName("view of this stack", unknown, views)}`);
}

/** What the engine makes or changes that is none of ours. */
function othersOf(steps: readonly DigestStep[]): OtherWork[] {
  return steps
    .filter(({ op, newState }) => !IDLE.includes(op) && !op.startsWith("delete") && newState?.custom !== false)
    .map(({ urn }) => workOfType(typeOf(urn), parentTypeOf(urn)))
    .filter((work) => work !== undefined);
}

async function plannedOf(
  session: Session,
  kind: AnyKind,
  step: DigestStep,
  {
    withFacts,
    once,
    noted,
    planned,
    adoptDatabase,
  }: PlannedSoFar & { readonly withFacts: boolean; readonly once: Once },
): Promise<Planned | undefined> {
  const isIdle = IDLE.includes(step.op);
  const { news, olds } = propsOf(step);
  if (news === undefined && olds === undefined) return undefined;
  const known = step.oldState?.outputs?.["fencingToken"];
  const recorded = (step.oldState ?? step.newState)?.outputs?.["recorded"];
  const transition = {
    deployer: { urn: step.urn, entry: entryOf(step.urn), ...readFencingToken(known) },
    desired: news === undefined ? ("absent" as const) : declaration(news),
    previous: olds === undefined ? undefined : declaration(olds),
    recorded,
    adopt: news?.["adopt"] === true,
    once,
    onDrift: news?.["onDrift"] as DriftAnswers | undefined,
  };
  const see = async (wanted: object) => {
    refuseCopy(kind, step, session, adoptDatabase);
    return {
      actual: asLeft((await kind.describe(session, [wanted]))[0], noted, wanted),
      capabilities: session.capabilities,
    };
  };
  const later = [news, olds].some((props) => props !== undefined && isPlannedLater(declaration(props)));
  const heir = news === undefined && olds !== undefined ? heirOf(kind, kind.id(declaration(olds)), planned) : undefined;
  const preview =
    later && news !== undefined && !isIdle
      ? plannedLater(kind.noun, kind.id(declaration(news)), declaration(news), step.op)
      : heir === undefined
        ? await previewChange(kind, { see, open: (work) => work(session), before: noted }, transition, isIdle)
        : forgotten(kind.noun, kind.id(declaration(olds ?? {})), heir);
  return {
    urn: step.urn,
    ...preview,
    adopt: transition.adopt,
    onDrift: transition.onDrift ?? {},
    declared: news === undefined ? null : declaredOnly(declaration(news)),
    previous: olds === undefined ? null : declaredOnly(declaration(olds)),
    recorded,
    facts: news === undefined || later || !withFacts ? undefined : await policyFacts(session, declaration(news)),
    token: typeof known === "string" ? known : null,
  };
}

/** A change of a copy, or of another database than the one that the state speaks of, is refused as the deploy refuses it. */
function refuseCopy(kind: AnyKind, step: DigestStep, { capabilities }: Session, adoptDatabase: unknown): void {
  const { olds } = propsOf(step);
  if (step.oldState === undefined || olds === undefined || IDLE.includes(step.op)) return;
  const { connection } = databaseOf(step);
  const source = connection === undefined ? "the connection" : `the connection ${connection}`;
  const adopted = typeof adoptDatabase === "string" ? adoptDatabase : undefined;
  const subject = `${kind.noun} ${kind.id(declaration(olds))}`;
  refuseOtherDatabase(subject, step.oldState.outputs ?? {}, capabilities, { source, adoptDatabase: adopted });
}

interface PlannedSoFar {
  readonly adoptDatabase: unknown;
  readonly noted: NotedSteps;
  readonly planned: readonly PlannedResource[];
}

/** What goes with its view is not asked of the engine on its own: indexes, and the jobs that the view names. */
function withViews(resources: PlannedResource[]): void {
  const gone = resources.filter(
    ({ kind, operation, steps }) => kind === "materialized view" && operation === "delete" && steps.length > 0,
  );
  for (const [at, one] of resources.entries()) {
    if (one.operation !== "delete" || one.steps.length === 0) continue;
    const view = gone.find(
      ({ connection, previous }) => connection === one.connection && previous !== null && goesWith(one, previous),
    );
    if (view === undefined) continue;
    const handover = [`goes with ${view.kind} ${view.id}`];
    resources[at] = { ...one, steps: [], handover, runsPerDay: undefined, fingerprint: idleFingerprint(one.id) };
  }
}

function goesWith({ kind, previous }: PlannedResource, view: Readonly<Record<string, unknown>>): boolean {
  if (kind === "index") return previous?.["schema"] === view["schema"] && previous?.["view"] === view["name"];
  const { job } = view;
  return kind === "refresh job" && typeof job === "string" && ownJobNames(job).includes(String(previous?.["name"]));
}

/** The resource that takes the object over earlier in the same run. */
function heirOf(kind: AnyKind, id: string, planned: readonly PlannedResource[]): PlannedResource | undefined {
  if (kind.ownership === undefined) return undefined;
  return planned.find((one) => one.kind === kind.noun && one.id === id && one.operation === "create");
}
