import { describe, expect, test } from "@jest/globals";
import type { AbsentView, ActualView } from "../../../kinds/materializedView/describe.ts";
import type { DesiredView } from "../../../kinds/materializedView/desired.ts";
import { planView } from "../../../kinds/materializedView/plan.ts";
import { capabilities } from "../../support/capabilities.ts";
import { actualView, desiredView, replacement } from "../../support/views.ts";

interface Row {
  readonly state: string;
  readonly desired?: Partial<DesiredView> | "absent";
  readonly previous?: Partial<DesiredView>;
  readonly actual?: Partial<ActualView> | "absent";
  /** Action and reason of each step. */
  readonly steps: readonly string[];
  readonly differences?: readonly string[];
  readonly refusals?: readonly RegExp[];
}

const job = {
  jobId: "7",
  name: "refresca",
  user: "postgres",
  database: "app",
  schedule: "*/5 * * * *",
  command: "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv",
  isActive: true,
};

const different = {
  verdict: {
    outcome: "different",
    live: "SELECT 1",
    declared: "SELECT 2",
    dependencies: { onlyLive: [], onlyDeclared: [] },
  },
  replacement: replacement(),
} as const satisfies Partial<ActualView>;

const grant = (role: string, privilege: string) => ({ role, privilege });

const TABLE: readonly Row[] = [
  { state: "absent", actual: "absent", steps: ["create: is not there"] },
  { state: "identical", steps: [] },
  { state: "no longer declared", desired: "absent", steps: ["drop: no longer declared"] },
  { state: "neither declared nor there", desired: "absent", actual: "absent", steps: [] },
  {
    state: "of another definition",
    actual: different,
    steps: ["swap: definition differs"],
    differences: ["definition"],
  },
  {
    state: "declared with a text that the server does not accept",
    actual: { verdict: { outcome: "invalid", problem: "column t.m does not exist", code: "42703" } },
    steps: [],
    differences: ["definition"],
    refusals: [/^definition is not valid here: column t\.m does not exist$/],
  },
  {
    state: "of another definition and with dependents",
    actual: { ...different, replacement: replacement({ tree: ["view public.resumen", "  view public.doble"] }) },
    steps: ["swap: definition differs"],
    differences: ["definition"],
    refusals: [
      /set dependents: "recreate", or for this deploy alone, set MATVIEW_ALLOW=dependents:public\.mv[^: ]* to allow it:\n {4}view public\.resumen\n {6}view public\.doble$/,
    ],
  },
  {
    state: "of another definition, with dependents that cannot be recreated",
    desired: { dependents: "recreate" },
    actual: {
      ...different,
      replacement: replacement({ tree: ["table public.x"], obstacles: [{ problem: "a column of table public.x" }] }),
    },
    steps: ["swap: definition differs"],
    differences: ["definition"],
    refusals: [/^a column of table public\.x$/],
  },
  {
    state: "with a column that the declaration no longer has",
    actual: { ...different, replacement: replacement({ columns: replacement().columns.slice(0, 1) }) },
    steps: ["swap: definition differs"],
    differences: ["definition"],
    refusals: [/^column n is not in the declared definition/],
  },
  {
    state: "with a column that the declaration no longer has, which is allowed",
    desired: { allowColumnChanges: true },
    actual: { ...different, replacement: replacement({ columns: replacement().columns.slice(0, 1) }) },
    steps: ["swap: definition differs"],
    differences: ["definition"],
  },
  {
    state: "in another tablespace",
    desired: { tablespace: "fast" },
    actual: { replacement: replacement() },
    steps: ["swap: tablespace is pg_default, declared fast"],
    differences: ["tablespace"],
  },
  {
    state: "with another access method",
    desired: { accessMethod: "columnar" },
    actual: { replacement: replacement() },
    steps: ["swap: access method is heap, declared columnar"],
    differences: ["access method"],
  },
  {
    state: "of another definition under its old name",
    actual: { ...different, name: "old" },
    steps: ["swap: definition differs", "rename: is called public.old, declared public.mv"],
    differences: ["definition"],
  },
  {
    state: "in another schema",
    actual: { schema: "viejo" },
    steps: ["rename: is called viejo.mv, declared public.mv"],
  },
  {
    state: "with a leftover of a swap that was cut off",
    actual: { leftovers: [{ schema: "public", name: "mv_matview_swap", kind: "m" }] },
    steps: ["remove leftovers: public.mv_matview_swap was left by a run that was cut off"],
  },
  {
    state: "of another owner",
    desired: { owner: "other" },
    steps: ["alter: owner is owner, declared other"],
    differences: ["owner"],
  },
  {
    state: "without the declared comment",
    desired: { comment: "x" },
    steps: ['alter: comment is none, declared "x"'],
    differences: ["comment"],
  },
  {
    state: "with a comment that is no longer declared",
    previous: { comment: "x" },
    actual: { comment: "x" },
    steps: ['alter: comment is "x", declared none'],
    differences: ["comment"],
  },
  { state: "with a comment that nobody declared", actual: { comment: "by hand" }, steps: [] },
  {
    state: "without a declared grant",
    desired: { grants: [{ role: "reader", privileges: ["select"] }] },
    steps: ["alter: grants is missing, declared select to reader"],
    differences: ["grants"],
  },
  {
    state: "with a grant that is no longer declared",
    previous: { grants: [{ role: "reader", privileges: ["select"] }] },
    actual: { grants: [grant("reader", "select")] },
    steps: ["alter: grants is select to reader, declared none more"],
    differences: ["grants"],
  },
  { state: "with a grant that nobody declared", actual: { grants: [grant("reader", "select")] }, steps: [] },
  {
    state: "with another storage parameter",
    desired: { storageParameters: { fillfactor: "70" } },
    actual: { storageParameters: { fillfactor: "90" } },
    steps: ["alter: storage parameters is fillfactor = 90, declared fillfactor = 70"],
    differences: ["storage parameters"],
  },
  {
    state: "without data, with a job that would meet it so",
    actual: { isPopulated: false, jobs: [job] },
    steps: ["deactivate job: the view has no data until its first refresh"],
  },
];

describe("the plan of a view", () => {
  test.each(TABLE)("that is $state", ({ desired, previous, actual, steps, differences = [], refusals = [] }) => {
    const absent: AbsentView = { exists: false, schema: "public", name: "mv", jobs: [], namedJobs: [] };
    const plan = planView({
      desired: desired === "absent" ? "absent" : desiredView(desired),
      previous: previous === undefined ? undefined : desiredView(previous),
      actual: actual === "absent" ? absent : actualView(actual),
      capabilities: capabilities(),
    });
    expect(plan.steps.map(({ action, reason }) => `${action}: ${reason}`)).toEqual(steps);
    expect(plan.differences.map(({ property }) => property)).toEqual(differences);
    expect(plan.refusals ?? []).toEqual(refusals.map((text): unknown => expect.stringMatching(text)));
  });
});
