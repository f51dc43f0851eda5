import { allKinds, kindOfType, KINDS } from "../../kinds/all.ts";
import type { AnyKind } from "../../kinds/all.ts";
import type { AbsentView, ActualView } from "../../kinds/materializedView/describe.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { doubtOf, isAbsent, recalled } from "../../lifecycle/change.ts";
import type { Sight } from "../../lifecycle/change.ts";
import { forgetSurveys, surveyor } from "../../lifecycle/look.ts";
import type { LookIn } from "../../lifecycle/look.ts";
import { changeLines } from "../../lifecycle/preview/definitionLines.ts";
import { displayName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { typeOf } from "../preview/digest.ts";
import type { Digest } from "../preview/digest.ts";
import { planDocument } from "../preview/document.ts";
import { otherText } from "../preview/otherStep.ts";
import { resourceTitle } from "../preview/plannedResource.ts";
import type { PlannedResource } from "../preview/plannedResource.ts";
import type { Sessions } from "../stack/sessions.ts";
import { compareProperties } from "./compareProperties.ts";
import type { Answer, DriftReport, DriftRow } from "./driftRow.ts";
import { extrasOf } from "./extras.ts";
import type { Declared } from "./extras.ts";

/** What the engine said. */
export interface EngineVerdict {
  readonly stack: string;
  readonly preview: Digest;
  readonly previewChanged: boolean;
}

/** Looks at every declared object itself, property by property, and at what lies around it. Changes nothing. */
export async function driftReport(sessions: Sessions, verdict: EngineVerdict): Promise<DriftReport> {
  const { stack, preview } = verdict;
  const {
    resources: all,
    others,
    database,
    unreached,
  } = await planDocument(sessions, stack, preview, { withFacts: false });
  const rows: DriftRow[] = [];
  const resources: PlannedResource[] = [];
  const [kept, unseen]: [string[], string[]] = [[], []];
  forgetSurveys();
  for (const [connection, here] of Map.groupBy(all, ({ connection }) => connection)) {
    const [{ hasOwnUrl } = { hasOwnUrl: false }] = here;
    const session = sessions({ ...(connection === null ? {} : { connection }), hasOwnUrl });
    if (session instanceof Error) continue;
    const looked = lookAt(session, preview, connection ?? "");
    const look: typeof looked = async (kind, resource) => {
      const sight = await looked(kind, resource);
      if (isView(kind)) kept.push(...keptText(sight.actual as ActualView | AbsentView));
      return sight;
    };
    const declared = declaredOf(session, here);
    for (const resource of here) rows.push(...(await rowsOf(session, resource, declared, look)));
    resources.push(...here);
    unseen.push(...unseenBy(session));
  }
  return {
    stack,
    database,
    checked: resources.filter(({ operation }) => operation !== "run").map(resourceTitle),
    rows,
    others: [
      ...resources
        .filter((one) => isSilent(one, rows))
        .map((one) => `${one.operation} ${resourceTitle(one)}: ${whatUpWould(one)}`),
      ...others.map(otherText),
    ],
    kept,
    unseen,
    unreached,
    previewChanged: verdict.previewChanged,
  };
}

function keptText(view: ActualView | AbsentView): string[] {
  if (!view.exists || view.kept?.record === undefined) return [];
  return [`${displayName(view.kept)}, the old one, is kept until ${view.kept.record.until}`];
}

/** What the engine would change and no row tells: the program was edited, or the state keeps something else than the world. */
function isSilent(one: PlannedResource, rows: readonly DriftRow[]): boolean {
  return one.operation !== "same" && !rows.some(({ resource }) => resource === resourceTitle(one));
}

function unseenBy({ capabilities: { cron, currentUser } }: Session): string[] {
  if (cron === undefined || cron.seesAllJobs) return [];
  return [
    `jobs of roles that the stack does not name are hidden from role ${currentUser}: whether one of them refreshes a view too is not known`,
  ];
}

async function rowsOf(
  session: Session,
  resource: PlannedResource,
  declared: Declared,
  look: (kind: AnyKind, resource: PlannedResource) => Promise<Sight<unknown>>,
): Promise<DriftRow[]> {
  const kind = kindOfType(typeOf(resource.urn));
  if (kind === undefined) return [];
  const upWould = whatUpWould(resource);
  const row = (property: string, declared: string, actual: string, rest: Partial<DriftRow> = {}): DriftRow => ({
    resource: resourceTitle(resource),
    property,
    declared,
    actual,
    since: undefined,
    upWould,
    severity: "drift",
    ...rest,
  });
  if (resource.declared === null) return [row("declared", "no longer", "is there")];
  const { actual, capabilities } = await look(kind, resource);
  const extras = isView(kind)
    ? extrasOf(resource.declared as DesiredView, actual as ActualView | AbsentView, declared)
    : [];
  const undeclared = extras.map(({ property, ...rest }) => row(property, "none", rest.actual, rest));
  const doubt = doubtOf(kind, recalled(kind, resource.declared, resource.recorded), { actual, capabilities });
  if (doubt !== undefined) throw doubt;
  if (isAbsent(kind, actual)) return [row("exists", "true", "false"), ...undeclared];
  const observed = kind.observed(resource.declared, actual, capabilities) as Record<string, unknown>;
  const differences = compareProperties(resource.declared, observed);
  const since = differences.length === 0 ? undefined : await changedAt(session, resource);
  const change = actual === undefined ? undefined : await kind.definitionChange?.(actual);
  const shown = change === undefined ? {} : { diff: change.diff, changes: changeLines(change) };
  const different = differences.flatMap(({ property, declared, actual: found }) => {
    const answer = answerOf(resource, property);
    if (answer === "ignore") return [];
    const rest = { since, ...(property === "definition" ? shown : {}) };
    return [row(property, declared, found, { ...rest, ...(answer === "warn" ? LET_ALONE : {}) })];
  });
  return [...different, ...undeclared];
}

const LET_ALONE = { severity: "warning", upWould: "nothing: declared to be let alone" } as const;

function answerOf({ onDrift }: PlannedResource, property: string): Answer | undefined {
  return onDrift[property];
}

function isView(kind: AnyKind): boolean {
  return (kind as unknown) === KINDS.materializedView;
}

function declaredOf({ capabilities }: Session, resources: readonly PlannedResource[]): Declared {
  const ids = (kind: string): string[] => resources.filter((one) => one.kind === kind).map(({ id }) => id);
  const jobs = resources.filter(({ kind }) => kind === "refresh job");
  return {
    indexes: new Set(ids("index")),
    jobs: new Set(
      jobs.map(({ declared, recorded }) => {
        const user = declared?.["user"] ?? recorded ?? capabilities.currentUser;
        return `${String(declared?.["name"])}@${String(user)}`;
      }),
    ),
  };
}

function whatUpWould({ steps, refusals }: PlannedResource): string {
  if (refusals.length > 0) return `refuse: ${refusals[0]?.split("\n")[0] ?? ""}`;
  if (steps.length > 0) return steps.map(({ action, target }) => `${action} ${target}`).join(", ");
  return "nothing";
}

// One survey for all: the session is this run's only one, and what it saw at the first look is what is reported.
function lookAt(
  session: Session,
  { steps = [] }: Digest,
  place: string,
): (kind: AnyKind, one: PlannedResource) => Promise<Sight<unknown>> {
  const recorded = new Map(
    steps.map(({ urn, newState, oldState }) => [urn, (newState ?? oldState)?.outputs?.["recorded"]]),
  );
  const looks = new Map<AnyKind, LookIn<object, unknown>>();
  for (const kind of allKinds()) looks.set(kind, surveyor(kind));
  const here = { key: place, open: <T>(work: (session: Session) => Promise<T>) => work(session) };
  return (kind, { urn, declared }) => {
    const look = looks.get(kind);
    if (look === undefined || declared === null) throw new Error(`${urn} cannot be looked at`);
    return look(here, recalled(kind, declared, recorded.get(urn)), recorded.get(urn));
  };
}

async function changedAt({ target }: Session, { declared, kind }: PlannedResource): Promise<string | undefined> {
  const { schema, name } = declared ?? {};
  if (kind === "refresh job" || typeof schema !== "string" || typeof name !== "string") return undefined;
  const { rows } = await target.query<{ changedAt: Date | null }>(sqlText("describe/changed_at"), [schema, name]);
  return rows[0]?.changedAt?.toISOString();
}
