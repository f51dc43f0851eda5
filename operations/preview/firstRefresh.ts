import { explain, measureView, runHistory } from "../../kinds/materializedView/cost/measures.ts";
import type { Measures } from "../../kinds/materializedView/cost/measures.ts";
import { parseDefinition } from "../../kinds/materializedView/definition/parseDefinition.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { refreshSql } from "../../kinds/materializedView/statements.ts";
import { fingerprint } from "../../lifecycle/preview/fingerprint.ts";
import { NOTHING } from "../../lifecycle/preview/previewChange.ts";
import { previewStep } from "../../lifecycle/preview/previewStep.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { step } from "../../postgres/plan.ts";
import type { Step } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { viewArgument } from "../commandLine/viewArgument.ts";
import type { DigestStep } from "./digest.ts";
import type { Planned, PlannedResource } from "./plannedResource.ts";

// The view's name is in its environment; commands of earlier versions end with it.
const COMMAND = /\bimport\('pulumi-matview\/first-refresh'\)/;
const EARLIER_COMMAND = /\brefresh --if-unpopulated (?:'(.+)'|(.+))$/;
const INCARNATION = "MATVIEW_INCARNATION";

type Inputs = Readonly<Record<string, unknown>> | undefined;

/** The command that fills views after their creation, with a step for each; undefined for any other resource. */
export async function firstRefreshOf(
  session: Session,
  { op, urn, oldState, newState }: DigestStep,
  planned: readonly PlannedResource[],
): Promise<Planned | undefined> {
  const names = viewsOf(newState?.inputs);
  if (names === undefined || !["create", "update"].includes(op)) return undefined;
  if (variable(oldState?.inputs, INCARNATION) === variable(newState?.inputs, INCARNATION)) return undefined;
  const steps: { readonly work: Step; readonly priced: PlannedResource["steps"][number] }[] = [];
  for (const view of names.map((name) => viewArgument([name]))) {
    const created = planned.find(
      ({ id, kind, steps }) => kind === "materialized view" && id === displayName(view) && steps.some(isCreation),
    );
    if (created === undefined && !(await isUnpopulated(session, view))) continue;
    const work = step("first refresh", displayName(view), "has no data yet", [refreshSql(view)], {
      transaction: false,
    });
    steps.push({ work, priced: await firstStep(session, work, view, created) });
  }
  const id = names.length === 1 ? displayName(viewArgument(names)) : `${names.length} views`;
  return {
    urn,
    kind: "first refresh",
    id,
    operation: "run",
    ...NOTHING,
    steps: steps.map(({ priced }) => priced),
    token: null,
    fingerprint: fingerprint(id, {}, { steps: steps.map(({ work }) => work), differences: [] }),
    adopt: false,
    onDrift: {},
    declared: null,
    previous: null,
    recorded: undefined,
    facts: undefined,
  };
}

/** Name of the connection in whose database the command fills views. */
export function filledConnection({ newState, oldState }: DigestStep): string | undefined {
  return variable((newState ?? oldState)?.inputs, "MATVIEW_CONNECTION");
}

// Nobody reads a view that has no data, whatever lock is on it.
async function firstStep(
  session: Session,
  work: Step,
  view: QualifiedName,
  created: PlannedResource | undefined,
): Promise<PlannedResource["steps"][number]> {
  const measures = created === undefined ? await measureView(session, view) : await expected(session, view, created);
  return { ...previewStep(work, measures), risk: "online", lock: "none", lockMs: 0 };
}

/** Of a view that is not there the planner knows something, and of one that was there before its job's runs do. */
async function expected(
  session: Session,
  view: QualifiedName,
  { declared }: PlannedResource,
): Promise<Measures | undefined> {
  const { definition, owner } = (declared ?? {}) as Partial<DesiredView>;
  const parsed = definition === undefined ? undefined : await parseDefinition(definition);
  const planned =
    parsed?.ok === true ? await explain(session, { definition: parsed.definition.sql, owner }) : undefined;
  if (planned === undefined) return undefined;
  return {
    rows: planned.rows,
    heapBytes: 0,
    totalBytes: 0,
    reads: 0,
    readsSince: null,
    runs: await runHistory(session, view),
    planned,
  };
}

function isCreation({ action }: { readonly action: string }): boolean {
  return action === "create";
}

async function isUnpopulated({ target }: Session, { schema, name }: QualifiedName): Promise<boolean> {
  const { rows } = await target.query<{ isPopulated: boolean }>(sqlText("describe/view_size"), [schema, name]);
  return rows[0]?.isPopulated === false;
}

function viewsOf(inputs: Inputs): string[] | undefined {
  const command = String(inputs?.["create"] ?? "");
  if (COMMAND.test(command)) {
    const named = variable(inputs, "MATVIEW_FIRST_REFRESH");
    return named?.startsWith("[") ? (JSON.parse(named) as string[]) : named === undefined ? undefined : [named];
  }
  const [, quoted, plain] = EARLIER_COMMAND.exec(command) ?? [];
  const view = quoted?.replaceAll(`'\\''`, "'") ?? plain;
  return view === undefined ? undefined : [view];
}

function variable(inputs: Inputs, name: string): string | undefined {
  const value = (inputs?.["environment"] as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === "string" ? value : undefined;
}
