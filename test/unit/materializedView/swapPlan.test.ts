import { describe, expect, test } from "@jest/globals";
import { joinComment, newClaim } from "../../../kinds/claim.ts";
import type { DesiredView } from "../../../kinds/materializedView/desired.ts";
import type { Replacement } from "../../../kinds/materializedView/swap/replacement.ts";
import { deadlineWarning, planSwap } from "../../../kinds/materializedView/swap/swapPlan.ts";
import { keptText } from "../../../lifecycle/preview/lines.ts";
import { previewStep } from "../../../lifecycle/preview/previewStep.ts";
import type { Swap } from "../../../postgres/swap.ts";
import { column, desiredView, index, relation, replacement } from "../../support/views.ts";

const HOW = { jobUser: "owner", serverMajor: 15 };

interface Options {
  readonly desired?: Partial<DesiredView>;
  readonly previous?: DesiredView;
  readonly from?: Partial<Replacement>;
}

function swapOf({ desired = {}, previous, from = {} }: Options = {}): Swap {
  const { swap } = planSwap(desiredView(desired), previous, replacement(from), "definition differs", HOW).step;
  if (swap === undefined) throw new Error("the step has no swap");
  return swap;
}

const finishOf = ({ built }: Swap): string[] => built.flatMap(({ finish }) => finish);

const withoutSettings = (statements: readonly string[]): string[] =>
  statements.filter((statement) => !statement.includes("set_config"));

describe("a swap", () => {
  test("is these statements, in this order", () => {
    const swap = swapOf();
    expect(withoutSettings(swap.make)).toEqual([
      "create materialized view public.mv_matview_swap using heap as\nselect id, n from t where n > 0\nwith no data",
      "alter materialized view public.mv_matview_swap owner to owner",
    ]);
    expect(swap.built.map(({ refresh }) => refresh)).toEqual(["refresh materialized view public.mv_matview_swap"]);
    expect(withoutSettings(finishOf(swap))).toEqual([
      "create unique index mv_id_idx_matview_swap on public.mv_matview_swap USING btree (id) NULLS NOT DISTINCT",
      "analyze public.mv_matview_swap",
    ]);
    expect(swap.hold).toEqual(["comment on materialized view public.mv is null"]);
    expect(swap.locks).toEqual([
      "set local lock_timeout = 15",
      "alter materialized view public.mv rename to mv_matview_gone",
    ]);
    expect(swap.exchange).toEqual([
      "alter materialized view public.mv_matview_swap rename to mv",
      "drop materialized view public.mv_matview_gone",
      "alter index public.mv_id_idx_matview_swap rename to mv_id_idx",
    ]);
  });

  test("is listed by its step, statement by statement, for a preview", () => {
    const { step } = planSwap(desiredView(), undefined, replacement(), "definition differs", HOW);
    const { make = [], built = [], hold = [], locks = [], exchange = [] } = step.swap ?? {};
    const filled = built.flatMap(({ refresh, finish }) => [refresh, ...finish]);
    expect(step.sql).toEqual([...make, ...filled, ...hold, ...locks, ...exchange]);
    expect(step.sql.join("\n")).not.toMatch(/cascade/i);
  });

  test("keeps the old one where that is declared: renamed with its parts, read by nobody, and noted in its comment", () => {
    const reader = { grantor: "owner", grantee: "lector", privilege: "select", grantable: false };
    const claim = newClaim({ project: "ventas", stack: "prod", resource: "mv" }, "abc");
    const old = relation({ grants: [...relation().grants, reader], comment: joinComment("Tablero", claim) });
    const { before, hold, ready, exchange, keeps } = swapOf({ desired: { keepPrevious: "2h" }, from: { old } });
    expect(keeps).toBe("2h");
    expect(before).toEqual([expect.stringContaining("create table matview.owner_deploys")]);
    expect(hold[1]).toMatch(
      /^do \$matview\$\n[^]*c\.relname = 'mv_matview_previous'[^]*drop materialized view public\.mv_matview_previous;/,
    );
    expect(ready).toEqual([
      "alter index public.mv_id_idx rename to mv_id_idx_matview_previous",
      "revoke all privileges on table public.mv from lector cascade",
      expect.stringMatching(/^set local matview\.previous = /),
      expect.stringContaining("comment on materialized view %I.%I is %L"),
      expect.stringContaining("insert into matview.owner_deploys"),
    ]);
    expect(exchange).toEqual([
      "alter materialized view public.mv_matview_swap rename to mv",
      "savepoint matview_free",
      "drop materialized view public.mv_matview_gone",
      "rollback to savepoint matview_free",
      "alter materialized view public.mv_matview_gone rename to mv_matview_previous",
      "alter index public.mv_id_idx_matview_swap rename to mv_id_idx",
    ]);
    const note = /'(\{.*\})'$/.exec(ready[2] ?? "")?.[1]?.replaceAll("\\\\", "\\") ?? "{}";
    expect(JSON.parse(note)).toMatchObject({ before: "Tablero\n\npulumi-matview-previous: ", seconds: 7_200 });
    expect(JSON.parse(`{${(JSON.parse(note) as { rest: string }).rest}`)).toMatchObject({
      stack: "ventas/prod",
      parts: ["mv_id_idx"],
    });
  });

  test("tells in a preview how long and at what cost it keeps the old one", () => {
    const { step } = planSwap(desiredView({ keepPrevious: "2h" }), undefined, replacement(), "definition differs", HOW);
    const none = { rows: 9, heapBytes: 8_192, reads: 0, readsSince: null, runs: undefined, planned: undefined };
    expect(keptText(previewStep(step, { ...none, totalBytes: 24_576 }))).toEqual([
      "keeps the old one aside for 2h, 25 kB",
    ]);
  });

  test("tells in a preview what it proves, and that the deployed definition is computed for it", () => {
    const step = (more: Partial<DesiredView>) =>
      previewStep(planSwap(desiredView(more), undefined, replacement(), "definition differs", HOW).step, undefined);
    const [bare, proving] = [step({}), step({ change: { gone: "1 %" } })];
    expect([bare.gate, proving.gate]).toEqual([
      "refused unless it has at least 0.5 times the rows of now",
      "refused unless the edit is proved to do no more than this: at most 1 % go, none comes, none changes",
    ]);
    expect(step({ change: { rows: "same" }, rowCount: { min: 0.9 } }).gate).toBe(
      "refused unless it has at least 0.9 times the rows of now, and the edit is proved to do no more than this: no row goes, comes or changes",
    );
    expect(proving.durationMs).toBeGreaterThan(bare.durationMs);
    expect(proving.statements).toEqual(bare.statements);
  });

  test("keeps nothing that has no data", () => {
    const old = relation({ isPopulated: false });
    const { exchange, keeps } = swapOf({ desired: { keepPrevious: "2h" }, from: { old } });
    expect([exchange[1], keeps]).toEqual(["drop materialized view public.mv_matview_gone", undefined]);
  });

  test("waits long enough for a refresh of the view, and says so", () => {
    const from = { usualRunMs: 95_000 };
    expect(swapOf().deadlineMs).toBe(60_000);
    expect(swapOf({ from: { usualRunMs: 20_000 } }).deadlineMs).toBe(60_000);
    expect(swapOf({ from }).deadlineMs).toBe(190_000);
    expect(swapOf({ from: { usualRunMs: 7_200_000 } }).deadlineMs).toBe(3_600_000);
    expect(planSwap(desiredView(), undefined, replacement(from), "definition differs", HOW).step.reason).toBe(
      "definition differs; waits up to 190 s for its moment, as a refresh takes up to 95 s",
    );
    expect(deadlineWarning(swapOf({ from }))).toBeUndefined();
    const short = swapOf({ from, desired: { swapDeadlineSeconds: 30 } });
    expect(short.deadlineMs).toBe(30_000);
    expect(deadlineWarning(short)).toBe(
      "swapDeadlineSeconds is 30, and a refresh of public.mv takes up to 95 s: where one is going on, the deploy gives up and throws " +
        "away what it built; set it to 190 or more, or leave it out",
    );
  });

  test("locks from the outermost dependent inwards, for a moment each", () => {
    const view = (name: string) => relation({ name, kind: "v", indexes: [], accessMethod: null });
    const { locks, exchange } = swapOf({
      desired: { dependents: "recreate" },
      from: {
        dependents: [
          { how: "build aside", view: relation({ name: "copia", indexes: [] }), definition: "select 1" },
          { how: "replace view", view: view("resumen") },
          { how: "build aside", view: view("filas"), definition: "select 2" },
          {
            how: "alter policy",
            policy: { oid: "1", schema: "public", table: "t2", name: "mios", using: "(true)", withCheck: null },
          },
        ],
      },
    });
    expect([...locks, ...exchange].map((statement) => statement.split("\n")[0])).toEqual([
      "set local lock_timeout = 5",
      "lock table only public.t2 in access exclusive mode",
      "lock table only public.filas in access exclusive mode",
      "lock table only public.resumen in access exclusive mode",
      "alter materialized view public.copia rename to copia_matview_gone",
      "alter materialized view public.mv rename to mv_matview_gone",
      "alter view public.filas rename to filas_matview_gone",
      "alter materialized view public.mv_matview_swap rename to mv",
      "alter materialized view public.copia_matview_swap rename to copia",
      "alter view public.filas_matview_swap rename to filas",
      "create or replace view public.resumen as",
      "alter policy mios on public.t2 using ((true))",
      "drop view public.filas_matview_gone",
      "drop materialized view public.copia_matview_gone",
      "drop materialized view public.mv_matview_gone",
      "alter index public.mv_id_idx_matview_swap rename to mv_id_idx",
    ]);
  });

  test("carries indexes that nobody declared, and none of ours that is no longer declared, nor an invalid one", () => {
    const previous = desiredView();
    const old = relation({
      indexes: [
        ...relation().indexes,
        index({ name: "mv_n_idx", elements: "USING btree (n) WITH (fillfactor='80') WHERE (n > 0)" }),
        index({ name: "mv_broken_idx", isValid: false }),
      ],
    });
    const statements = finishOf(
      swapOf({ desired: { uniqueKey: ["id", "n"], keyIndex: "mv_id_n_idx" }, previous, from: { old } }),
    );
    expect(statements.filter((statement) => statement.startsWith("create"))).toEqual([
      "create index mv_n_idx_matview_swap on public.mv_matview_swap USING btree (n) WITH (fillfactor='80') WHERE (n > 0)",
      "create unique index mv_id_n_idx_matview_swap on public.mv_matview_swap USING btree (id, n) NULLS NOT DISTINCT",
    ]);
  });

  test("leaves the key's own index out under any name, which a deploy that failed may have left", () => {
    const claimed = (resource: string): string =>
      joinComment(null, newClaim({ project: "p", stack: "s", parents: "matview:index:RefreshedView", resource })) ?? "";
    const old = relation({
      comment: claimed("mv"),
      indexes: [
        index({ name: "mv_old_idx", isUnique: true, elements: "USING btree (id)", comment: claimed("mv-key") }),
        index({ name: "mv_other_idx", comment: claimed("other-key") }),
      ],
    });
    const desired = { uniqueKey: ["n"], keyIndex: "mv_n_idx" };
    const statements = finishOf(swapOf({ desired, previous: desiredView(desired), from: { old } }));
    expect(statements.filter((statement) => /^create .*index/.test(statement))).toEqual([
      expect.stringMatching(/^create index mv_other_idx_matview_swap /),
      expect.stringMatching(/^create unique index mv_n_idx_matview_swap .* \(n\) NULLS NOT DISTINCT$/),
    ]);
  });

  test("builds the declared index so that nulls are equal, with all that it has besides, from PostgreSQL 15 on", () => {
    const built = (elements: string, serverMajor = 15) => {
      const old = relation({ indexes: [index({ name: "mv_id_idx", isUnique: true, elements })] });
      const desired = desiredView({ uniqueKey: ["a )"] });
      const { swap } = planSwap(desired, undefined, replacement({ old }), "", { ...HOW, serverMajor }).step;
      return swap === undefined
        ? []
        : finishOf(swap).flatMap((text) => (text.startsWith("create unique") ? text.split(" USING ").slice(1) : []));
    };
    expect(built("USING btree (id)")).toEqual(['btree ("a )") NULLS NOT DISTINCT']);
    const fill = `btree ("a )") INCLUDE ("b ) WITH (", n) NULLS NOT DISTINCT WITH (fillfactor='80')`;
    expect(built(`USING ${fill}`)).toEqual([fill]);
    expect(built(`USING ${fill.replace(" NULLS NOT DISTINCT", "")}`)).toEqual([fill]);
    expect(built(`USING btree ("a )")`, 14)).toEqual(['btree ("a )")']);
  });

  test("takes away what default privileges give, and grants exactly what was held, each by its grantor", () => {
    const held = (grantor: string, grantee: string, privilege: string, grantable = false) => ({
      grantor,
      grantee,
      privilege,
      grantable,
    });
    const old = relation({
      grants: [
        ...relation().grants,
        held("middle", "reader", "select"),
        held("owner", "middle", "select", true),
        held("owner", "public", "update"),
      ],
      columns: [column("id", { grants: [held("owner", "reader", "update")] }), column("n")],
    });
    const swap = swapOf({
      from: { old, defaultGrantees: { public: { relations: ["everybody", "owner"], functions: [] } } },
    });
    const about = [...swap.make, ...finishOf(swap)].filter((text) => /grant|revoke|owner|role/.test(text));
    expect(about).toEqual([
      "revoke all privileges on table public.mv_matview_swap from everybody",
      "alter materialized view public.mv_matview_swap owner to owner",
      "grant all privileges on table public.mv_matview_swap to owner",
      "grant select on table public.mv_matview_swap to middle with grant option",
      "grant update on table public.mv_matview_swap to public",
      "set local role middle",
      "grant select on table public.mv_matview_swap to reader",
      "reset role",
      "grant update (id) on table public.mv_matview_swap to reader",
    ]);
  });

  test("tells PostgREST to read the schema again where it is used", () => {
    expect(swapOf().exchange.some((text) => text.startsWith("notify"))).toBe(false);
    expect(swapOf({ from: { usesPostgrest: true } }).exchange.at(-1)).toBe("notify pgrst, 'reload schema'");
  });

  test("has names of its own for views whose long names begin alike", () => {
    const long = "x".repeat(60);
    const names = [`${long}1`, `${long}2`].map((name) => {
      const { built } = swapOf({ from: { old: relation({ name }) } });
      return built[0]?.aside.name ?? "";
    });
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  });

  test("names the hazard that prepared statements meet only where the columns change", () => {
    const hazards = (from: Partial<Replacement>) =>
      planSwap(desiredView(), undefined, replacement(from), "definition differs", HOW).step.hazards;
    const hazard = "prepared-statements";
    expect(hazards({})).not.toContain(hazard);
    expect(hazards({ columns: [...replacement().columns, { name: "x", type: "text", collation: null }] })).toContain(
      hazard,
    );
  });
});
