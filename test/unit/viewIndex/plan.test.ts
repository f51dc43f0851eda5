import { describe, expect, test } from "@jest/globals";
import type { ActualIndex } from "../../../kinds/viewIndex/actual.ts";
import type { DesiredIndex } from "../../../kinds/viewIndex/desired.ts";
import { planIndex } from "../../../kinds/viewIndex/plan.ts";
import type { Capabilities } from "../../../postgres/capabilities.ts";
import { capabilities } from "../../support/capabilities.ts";

const desired: DesiredIndex = { schema: "public", view: "mv", name: "mv_id_idx", columns: ["id"], unique: true };
const actual: ActualIndex = {
  schema: "public",
  view: "mv",
  name: "mv_id_idx",
  isUnique: true,
  isValid: true,
  method: "btree",
  predicate: null,
  definition: "CREATE UNIQUE INDEX mv_id_idx ON public.mv USING btree (id)",
  comment: null,
  claim: undefined,
  columns: ["id"],
  include: [],
  keyColumns: ["id"],
  nullsNotDistinct: true,
  options: [],
  tablespace: null,
  statistics: [],
};

interface Row {
  readonly state: string;
  readonly desired?: Partial<DesiredIndex> | "absent";
  readonly actual?: Partial<ActualIndex> | "absent";
  readonly steps: readonly string[];
  readonly differences?: readonly string[];
  readonly serverMajor?: number;
  readonly adopt?: boolean;
}

const BUILD = "create unique index concurrently mv_id_idx on public.mv using btree (id) nulls not distinct";
const REPLACE = [
  "drop index if exists public.mv_id_idx_matview_new",
  "create unique index concurrently mv_id_idx_matview_new on public.mv using btree (id) nulls not distinct",
  "drop index public.mv_id_idx",
  "alter index public.mv_id_idx_matview_new rename to mv_id_idx",
];

const TABLE: readonly Row[] = [
  { state: "absent", actual: "absent", steps: [BUILD] },
  { state: "identical", steps: [] },
  { state: "invalid", actual: { isValid: false }, steps: ["drop index public.mv_id_idx", BUILD] },
  { state: "not unique", actual: { isUnique: false }, steps: REPLACE, differences: ["unique"] },
  { state: "on other columns", actual: { columns: ["id", "x"] }, steps: REPLACE, differences: ["columns"] },
  { state: "with a predicate", actual: { predicate: "(id > 0)" }, steps: REPLACE, differences: ["where"] },
  { state: "of another method", actual: { method: "hash" }, steps: REPLACE, differences: ["method"] },
  { state: "in another order", actual: { columns: ["id DESC"] }, steps: REPLACE, differences: ["columns"] },
  { state: "with an included column", actual: { include: ["x"] }, steps: REPLACE, differences: ["include"] },
  { state: "under its old name", actual: { name: "old" }, steps: ["alter index public.old rename to mv_id_idx"] },
  { state: "served by one that somebody made", actual: { name: "by_hand", standsIn: true }, steps: [] },
  {
    state: "served by one that somebody made, to be taken over",
    actual: { name: "by_hand", standsIn: true },
    adopt: true,
    steps: ["alter index public.by_hand rename to mv_id_idx"],
  },
  {
    state: "no longer declared, served by one that somebody made",
    desired: "absent",
    actual: { name: "by_hand", standsIn: true },
    adopt: true,
    steps: [],
  },
  { state: "no longer declared", desired: "absent", steps: ["drop index public.mv_id_idx"] },
  { state: "neither declared nor there", desired: "absent", actual: "absent", steps: [] },
  {
    state: "absent, before PostgreSQL 15",
    actual: "absent",
    serverMajor: 14,
    steps: ["create unique index concurrently mv_id_idx on public.mv using btree (id)"],
  },
  {
    state: "absent, not unique",
    desired: { unique: false },
    actual: "absent",
    steps: ["create index concurrently mv_id_idx on public.mv using btree (id)"],
  },
  {
    state: "absent, declared with included columns and a name that needs quotes",
    desired: { name: "Índice", include: ["order"] },
    actual: "absent",
    steps: [
      'create unique index concurrently "Índice" on public.mv using btree (id) include ("order") nulls not distinct',
    ],
  },
];

describe("planIndex", () => {
  test.each(TABLE)("$state", (row) => {
    const plan = planIndex({
      desired: row.desired === "absent" ? "absent" : { ...desired, ...row.desired },
      previous: undefined,
      actual: row.actual === "absent" ? undefined : { ...actual, ...row.actual },
      adopt: row.adopt,
      capabilities: capabilities({ serverMajor: row.serverMajor ?? 15 }) satisfies Capabilities,
    });
    expect(plan.steps.flatMap(({ sql }) => sql)).toEqual(row.steps);
    expect(plan.differences.map(({ property }) => property)).toEqual(row.differences ?? []);
  });
});
