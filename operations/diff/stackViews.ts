import { relationsOf } from "../../kinds/materializedView/definition/definitionTree.ts";
import { parseDefinition } from "../../kinds/materializedView/definition/parseDefinition.ts";
import type { NamedDefinition } from "../../kinds/materializedView/definition/runDefinition.ts";
import type { ActualView } from "../../kinds/materializedView/describe.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { innermostFirst, isKept, readEdges, relationKey } from "../../kinds/materializedView/swap/dependents.ts";
import { retarget } from "../../kinds/materializedView/swap/retarget.ts";
import type { Renaming } from "../../kinds/materializedView/swap/retarget.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import type { DigestView } from "../preview/digestSteps.ts";

/** A view that a deploy may touch, or a plain view between two of them. */
export interface ViewNode {
  /** As it is declared, or, where it is no longer, as it is there. */
  readonly name: QualifiedName;
  /** The name that it bears now; undefined where it is not there. */
  readonly live: QualifiedName | undefined;
  readonly desired: DesiredView | undefined;
  readonly previous: DesiredView | undefined;
  readonly actual: ActualView | undefined;
  /** Its query as the server prints it, and as it is declared. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly owner: string | undefined;
  /** What each query reads, by name. */
  readonly readsBefore: readonly string[];
  readonly readsAfter: readonly string[];
  /** What depends on it, in PostgreSQL's words. */
  readonly dependents: readonly string[];
  /** Whether its own definition is declared otherwise than it is there. */
  readonly isChanged: boolean;
  /** Why what is declared cannot be read as the database is now. */
  readonly problem: string | undefined;
}

/** The views in the order of the deploy, each behind what it reads. */
export interface StackViews {
  readonly nodes: readonly ViewNode[];
  /** What each reads, directly or through others, whose rows the deploy changes. */
  readonly changedBelow: ReadonlyMap<ViewNode, readonly ViewNode[]>;
}

/** Looks at the views of a stack and at what lies between them. */
export async function readStackViews(session: Session, views: readonly DigestView[]): Promise<StackViews> {
  const nodes: ViewNode[] = [];
  const between = new Map<string, { readonly oid: string; readonly name: QualifiedName }>();
  for (const view of views) {
    if (!view.isKnown) continue;
    const there = view.previous ?? view.desired;
    if (there === undefined) continue;
    const asked = { ...(view.desired ?? there), schema: there.schema, name: there.name };
    const [found] = await materializedViewKind.describe(session, [asked]);
    const actual = found?.exists === true ? found : undefined;
    const read = actual === undefined ? [] : await readEdges(session.target, actual.oid);
    const edges = read.filter((edge) => !isKept(edge));
    for (const { kind, schema, name, oid } of actual === undefined
      ? []
      : innermostFirst(edges, relationKey(actual.oid))) {
      if ((kind !== "view" && kind !== "materialized view") || schema === null || name === null) continue;
      between.set(displayName({ schema, name }), { oid, name: { schema, name } });
    }
    const labels = [
      ...new Set(edges.filter(({ child }) => child !== relationKey(actual?.oid ?? "")).map(({ label }) => label)),
    ];
    nodes.push(await nodeOf(view, actual, labels));
  }
  const managed = new Set(nodes.flatMap(({ live }) => (live === undefined ? [] : displayName(live))));
  for (const [id, one] of between) if (!managed.has(id)) nodes.push(await plainNode(session, one));
  return inOrder(nodes);
}

async function nodeOf(
  { desired, previous }: DigestView,
  actual: ActualView | undefined,
  dependents: readonly string[],
): Promise<ViewNode> {
  const parsed = desired === undefined ? undefined : await parseDefinition(desired.definition);
  const verdict = actual?.verdict;
  const before = actual?.definition.trim().replace(/;$/, "");
  const name = desired ?? previous ?? actual;
  if (name === undefined) throw new Error("a view is neither declared nor there");
  return {
    name: { schema: name.schema, name: name.name },
    live: actual && { schema: actual.schema, name: actual.name },
    ...{ desired, previous, actual, before, dependents },
    after: parsed?.ok === true ? parsed.definition.sql : undefined,
    owner: desired?.owner ?? actual?.owner,
    readsBefore: await readsOf(before),
    readsAfter: await readsOf(desired?.definition),
    isChanged: actual === undefined || desired === undefined || verdict?.outcome !== "equal",
    problem: parsed?.ok === false ? parsed.problem : verdict?.outcome === "invalid" ? verdict.problem : undefined,
  };
}

async function plainNode({ target }: Session, { oid, name }: { oid: string; name: QualifiedName }): Promise<ViewNode> {
  const { rows } = await target.query<{ definition: string; owner: string }>(sqlText("describe/view_text"), [oid]);
  const [{ definition, owner } = { definition: undefined, owner: undefined }] = rows;
  const reads = await readsOf(definition);
  return {
    ...{ name, live: name, desired: undefined, previous: undefined, actual: undefined, owner, dependents: [] },
    ...{
      before: definition,
      after: definition,
      readsBefore: reads,
      readsAfter: reads,
      isChanged: false,
      problem: undefined,
    },
  };
}

async function readsOf(definition: string | undefined): Promise<string[]> {
  const parsed = definition === undefined ? undefined : await parseDefinition(definition);
  if (parsed?.ok !== true) return [];
  return relationsOf(parsed.definition.tree).map(({ schema = "public", name }) => displayName({ schema, name }));
}

function inOrder(nodes: readonly ViewNode[]): StackViews {
  const byLive = new Map(
    nodes.flatMap((node) => (node.live === undefined ? [] : [[displayName(node.live), node] as const])),
  );
  const byName = new Map(nodes.map((node) => [displayName(node.name), node]));
  const changedBelow = new Map<ViewNode, ViewNode[]>();
  const visiting = new Set<ViewNode>();
  const visit = (node: ViewNode): void => {
    if (visiting.has(node)) return;
    visiting.add(node);
    const reads = [...node.readsBefore.map((id) => byLive.get(id)), ...node.readsAfter.map((id) => byName.get(id))];
    const parents = reads.flatMap((one) => (one === undefined || one === node ? [] : [one]));
    parents.forEach(visit);
    const touched = parents.filter((one) => one.isChanged || (changedBelow.get(one) ?? []).length > 0);
    changedBelow.set(node, [...new Set(touched.flatMap((one) => [...(changedBelow.get(one) ?? []), one]))]);
  };
  nodes.forEach(visit);
  return { nodes: [...changedBelow.keys()], changedBelow };
}

/** A view's two queries over what they read as it is deployed, and as it is declared, which are temporary views. */
export async function queriesOf(
  node: ViewNode,
  { changedBelow }: StackViews,
): Promise<{ earlier: NamedDefinition[]; before: string | undefined; after: string | undefined }> {
  const earlier: NamedDefinition[] = [];
  const renamings: { before: Renaming[]; after: Renaming[] } = { before: [], after: [] };
  for (const [at, below] of (changedBelow.get(node) ?? []).entries()) {
    for (const side of ["before", "after"] as const) {
      const query = below[side];
      if (query === undefined) continue;
      const name = `matview_${side}_${at}`;
      earlier.push({ name, definition: await retarget(query, renamings[side]), owner: below.owner });
      const to = { schema: "pg_temp", name };
      if (below.live !== undefined) renamings[side].push({ from: below.live, to });
      if (side === "after") renamings.after.push({ from: below.name, to, isBare: below.name.schema === "public" });
    }
  }
  const side = async (which: "before" | "after"): Promise<string | undefined> =>
    node[which] === undefined ? undefined : retarget(node[which], renamings[which]);
  return { earlier, before: await side("before"), after: await side("after") };
}

/** A source that had another name when the view was deployed. */
export interface RenamedSource {
  readonly from: string;
  readonly to: string;
}

/** What the declared query reads that the deployed one does not, and the other way round. */
export async function sourceChanges({ readsBefore, readsAfter, previous, desired, actual }: ViewNode): Promise<{
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly renamed: readonly RenamedSource[];
}> {
  if (desired === undefined || actual === undefined) return { added: [], removed: [], renamed: [] };
  // What was written at the deploy, under the names of then.
  const written = await readsOf(previous?.definition);
  const [from, ...moreFrom] = written.filter((name) => !readsBefore.includes(name));
  const [to, ...moreTo] = written.length === 0 ? [] : readsBefore.filter((name) => !written.includes(name));
  const isOne = from !== undefined && to !== undefined && moreFrom.length + moreTo.length === 0;
  return {
    added: readsAfter.filter((name) => !readsBefore.includes(name)),
    removed: readsBefore.filter((name) => !readsAfter.includes(name)),
    renamed: isOne ? [{ from, to }] : [],
  };
}
