import type { RowComparison } from "../../kinds/materializedView/compare/compareRows.ts";
import { diffDefinitions } from "../../kinds/materializedView/compare/diffDefinitions.ts";
import type { DefinitionDiff, DiffOptions, Limited } from "../../kinds/materializedView/compare/diffDefinitions.ts";
import { allowedChange, unexpectedIn, withoutShares } from "../../kinds/materializedView/compare/expectedChange.ts";
import type { ExpectedChange } from "../../kinds/materializedView/compare/expectedChange.ts";
import type { DifferingRow, Explanation } from "../../kinds/materializedView/compare/explainRows.ts";
import { allowedRowCount, rowCountProblem } from "../../kinds/materializedView/swap/gate.ts";
import { isUserError, userError } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { isStopping } from "../../postgres/stopping.ts";
import { readFacts } from "../health/facts.ts";
import { freshnessOf } from "../health/freshness.ts";
import { limitsOf } from "../health/limits.ts";
import { queriesOf, sourceChanges } from "./stackViews.ts";
import type { StackViews, ViewNode } from "./stackViews.ts";

/** What a deploy does to the rows of a view, as `matview diff --json` prints it. Figures are of the rows that were looked at. */
export interface ViewDiff {
  readonly view: string;
  /** followed: what it reads is changed, and its own definition is not. */
  readonly change: "new" | "dropped" | "changed" | "followed" | "none";
  /** Empty where rows were told apart by all their values: then a changed row is one gone and one added. */
  readonly key: readonly string[];
  readonly why_no_key: string | null;
  /** Null where nothing could be compared in time. */
  readonly rows: RowComparison["rows"] | null;
  readonly columns: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly retyped: RowComparison["columns"]["retyped"];
    /** How many rows differ in it. */
    readonly changed: Readonly<Record<string, number>>;
    readonly to_null: Readonly<Record<string, number>>;
    readonly from_null: Readonly<Record<string, number>>;
    /** Compared as texts. */
    readonly as_text: readonly string[];
    /** Not compared: another value at each computation. */
    readonly left_out: readonly string[];
    /** Of a view that is new or goes. */
    readonly nulls?: Readonly<Record<string, number>>;
    readonly distinct?: Readonly<Record<string, number>>;
  };
  readonly sources: Awaited<ReturnType<typeof sourceChanges>>;
  readonly dependents: readonly string[];
  /** Of the rows that readers get now, which were not compared; null where nothing tells it. */
  readonly served_age_seconds: number | null;
  readonly took_ms: number;
  /** Null: all rows were looked at. By time or sample, the figures are the least that there is. */
  readonly limited: Limited | null;
  readonly notes: readonly string[];
  /** What the deploy proves of the change; undefined where it has no expectation. */
  readonly expected?: ExpectedDiff;
  /** Why the deploy refuses such rows, as far as these figures tell. */
  readonly refusals: readonly string[];
  /** Values of rows; where they are asked for. */
  readonly explanation?: Explanation;
  readonly differing?: readonly DifferingRow[];
}

/** An expectation, and whether these figures are as it says; null where they do not tell. */
export interface ExpectedDiff {
  readonly change: ExpectedChange;
  readonly is_met: boolean | null;
  readonly problems: readonly string[];
}

/** Views that a change reaches, in the order of the deploy: the view itself, where one is named, and those that read it. */
export function reached({ nodes, changedBelow }: StackViews, named?: ViewNode): ViewNode[] {
  return nodes.filter((node) => {
    if (node === named) return true;
    const isManaged = node.desired !== undefined || node.previous !== undefined;
    const below = changedBelow.get(node) ?? [];
    return isManaged && (named === undefined ? node.isChanged || below.length > 0 : below.includes(named));
  });
}

/** A view of which it could not be told. */
export interface UntoldDiff {
  readonly view: string;
  readonly problem: string;
}

/** Why nothing can be told of a view. */
export function unknownText(view: string): string {
  return `the rows of ${view} are not compared: its declaration has a secret, or a value that only the deploy knows`;
}

/** So often as long all views of a plan together as each alone. */
const TOGETHER = 4;

/** Compares the rows of every view that a deploy changes, or that reads one; why it cannot be told of one stops no plan. */
export async function diffStack(
  session: Session,
  views: StackViews,
  options: DiffOptions,
): Promise<(ViewDiff | UntoldDiff)[]> {
  const deadline = performance.now() + options.limitMs * TOGETHER;
  const told: (ViewDiff | UntoldDiff)[] = [];
  for (const node of reached(views)) {
    const view = displayName(node.name);
    if (performance.now() >= deadline) {
      told.push({ view, problem: `the rows of ${view} are not compared: the views before took too long` });
      continue;
    }
    try {
      told.push(await diffView(session, node, views, options));
    } catch (error) {
      if (!isUserError(error) || isStopping()) throw error;
      told.push({ view, problem: error.message });
    }
  }
  return told;
}

/** Compares the rows of a view as it is deployed with those that it is declared to have. */
export async function diffView(
  session: Session,
  node: ViewNode,
  views: StackViews,
  options: DiffOptions,
): Promise<ViewDiff> {
  const isFollowing = (views.changedBelow.get(node) ?? []).length > 0;
  if (node.problem !== undefined && !isFollowing)
    throw userError(
      `cannot compare the rows of ${displayName(node.name)}: the declared definition is not valid: ${node.problem}`,
    );
  const started = performance.now();
  const { desired, actual, owner } = node;
  const { earlier, before, after } = await queriesOf(node, views);
  const pair = {
    ...{ view: node.name, earlier, before, after: desired === undefined ? undefined : after, owner },
    user: desired?.owner ?? actual?.jobs[0]?.user ?? owner,
    key: desired?.uniqueKey ?? node.previous?.uniqueKey ?? [],
  };
  const found = await diffDefinitions(session.target, pair, options);
  const took = Math.round(performance.now() - started);
  const own = desired === undefined ? "dropped" : actual === undefined ? "new" : node.isChanged ? "changed" : "none";
  return {
    view: displayName(node.name),
    change: own === "none" && isFollowing ? "followed" : own,
    ...figuresOf(found, own),
    sources: await sourceChanges(node),
    dependents: node.dependents,
    served_age_seconds: await servedAge(session, node),
    took_ms: took,
    limited: found.limited ?? null,
    notes: [...volatileNotes(found), ...found.notes],
    ...judged(node, found),
    ...(found.explanation === undefined ? {} : { explanation: found.explanation }),
    ...(found.rows === undefined ? {} : { differing: found.rows }),
  };
}

/** What a deploy asks of the rows. */
function judged(node: ViewNode, found: DefinitionDiff): Pick<ViewDiff, "expected" | "refusals"> {
  const { expected } = expectedDiff(node, found);
  const refusals = [...gateProblems(node, found), ...(expected?.problems ?? [])];
  return expected === undefined ? { refusals } : { expected, refusals };
}

function gateProblems(
  { name, desired, actual, isChanged }: ViewNode,
  { comparison, limited }: DefinitionDiff,
): string[] {
  const isTold = desired !== undefined && actual?.isPopulated === true && isChanged && limited === undefined;
  if (!isTold || comparison === undefined) return [];
  const { rows, whyNoKey } = comparison;
  const problem = rowCountProblem(name, rows.before, rows.after, allowedRowCount(desired));
  const isTwice = whyNoKey !== undefined && /^key .* is not unique in the .*declared rows$/s.test(whyNoKey);
  return [...(isTwice ? [whyNoKey] : []), ...(problem === undefined ? [] : [problem])];
}

function expectedDiff({ desired, actual, isChanged }: ViewNode, found: DefinitionDiff): { expected?: ExpectedDiff } {
  const { change } = desired ?? {};
  const { comparison, volatility, limited } = found;
  if (change === undefined || actual === undefined || !isChanged) return {};
  const allowed = allowedChange(change);
  // Without a key the deploy leaves out of the comparison what may change.
  const isTold = comparison !== undefined && (comparison.key.length > 0 || allowed.columns === undefined);
  const certain = limited === undefined ? allowed : withoutShares(allowed);
  const problems = isTold ? unexpectedIn(certain, comparison, volatility) : [];
  const isMet = problems.length > 0 ? false : isTold && limited === undefined ? true : null;
  return { expected: { change, is_met: isMet, problems } };
}

function figuresOf(
  { comparison, alone, volatility }: DefinitionDiff,
  own: ViewDiff["change"],
): Pick<ViewDiff, "key" | "why_no_key" | "rows" | "columns"> {
  const changed = Object.entries(comparison?.columns.changed ?? {});
  const by = (figure: "changed" | "toNull" | "fromNull"): Record<string, number> =>
    Object.fromEntries(changed.flatMap(([name, one]) => (one[figure] > 0 ? [[name, one[figure]]] : [])));
  const { added = [], removed = [], retyped = [], asText = [] } = comparison?.columns ?? {};
  const ofAlone = (figure: "nulls" | "distinct"): Record<string, number> =>
    Object.fromEntries(Object.entries(alone?.columns ?? {}).map(([name, one]) => [name, one[figure]]));
  return {
    key: comparison?.key ?? [],
    why_no_key: comparison?.whyNoKey ?? null,
    rows: comparison?.rows ?? (alone === undefined ? null : rowsAlone(alone.rows, own)),
    columns: {
      ...{ added, removed, retyped, changed: by("changed"), to_null: by("toNull"), from_null: by("fromNull") },
      ...{ as_text: asText, left_out: volatility.columns },
      ...(alone === undefined ? {} : { nulls: ofAlone("nulls"), distinct: ofAlone("distinct") }),
    },
  };
}

function rowsAlone(rows: number, own: ViewDiff["change"]): RowComparison["rows"] {
  const none = { before: 0, after: 0, gone: 0, added: 0, changed: 0, same: 0 };
  return own === "dropped" ? { ...none, before: rows, gone: rows } : { ...none, after: rows, added: rows };
}

function volatileNotes({ volatility: { columns, isOfRows, functions } }: DefinitionDiff): string[] {
  const called = functions.join(", ");
  return [
    ...(columns.length === 0
      ? []
      : [`not compared, as ${called} gives another value at each computation: ${columns.join(", ")}`]),
    ...(isOfRows ? [`which rows there are depends on ${called}: some go and come although nothing was edited`] : []),
  ];
}

async function servedAge(session: Session, { live, desired }: ViewNode): Promise<number | null> {
  if (live === undefined) return null;
  const declared = { ...live, job: desired?.job, stamp: undefined, maxAgeSeconds: undefined, spotChecks: [] };
  const [facts] = await readFacts(session, [declared]);
  const age = facts && facts.view?.isPopulated === true ? freshnessOf(facts, limitsOf(facts)).ageSeconds : undefined;
  return age === undefined ? null : Math.round(age);
}
