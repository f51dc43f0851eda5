import { describe, expect, test } from "@jest/globals";
import { nullnessOf } from "../../../kinds/materializedView/change/nullability.ts";
import type { ReadSource } from "../../../kinds/materializedView/change/sourceChanges.ts";
import { definitionLines, diffLines } from "../../../lifecycle/preview/definitionLines.ts";
import type { PreviewedDefinition } from "../../../lifecycle/preview/definitionLines.ts";
import { NOTHING } from "../../../lifecycle/preview/previewChange.ts";
import type { DriftReport } from "../../../operations/drift/driftRow.ts";
import { driftJunit, driftMarkdown, driftTable } from "../../../operations/drift/driftText.ts";
import type { PlanDocument } from "../../../operations/preview/document.ts";
import { planMarkdown, planTable } from "../../../operations/preview/planText.ts";

const DIFF = ["@@ -1,3 +1,3 @@", "  SELECT id,", "-    n", "+    n + 1 AS n", "    FROM public.t"].join("\n");

function changed(rest: Partial<PreviewedDefinition> = {}): PreviewedDefinition {
  return {
    diff: DIFF,
    dependsOn: { added: [], removed: [] },
    columns: {
      ...{ added: [], removed: [], renamed: [], moved: [], retyped: [], recollated: [], nullable: [], neverNull: [] },
    },
    sources: { added: [], removed: [], renamed: [] },
    dependents: [],
    grants: [],
    reads: 1_204,
    readsSince: new Date("2026-03-01T09:30:00Z"),
    ...rest,
  };
}

const READ = "it was read 1,204 times since 2026-03-01, by its own refreshes too";

describe("what differs, in words", () => {
  test.each([
    [true, "2026-03-01T09:30:12.000Z", "made at 2026-03-01 09:30 UTC"],
    [true, null, "made after the view was built"],
    [false, "2026-03-01T09:30:12.000Z", "so called since 2026-03-01 09:30 UTC"],
    [false, null, "so called after the view was built"],
  ])("tells a source that was renamed (made since: %s, at %s): %s", (isMade, since, how) => {
    const source = { reads: "public.clientes_old", means: "public.clientes", kind: "table", isMade, since };
    expect(definitionLines(changed({ sources: { added: [], removed: [], renamed: [source] } }))).toEqual([
      `reads public.clientes_old, which was renamed; the declaration now means another table, public.clientes, ${how}`,
      READ,
    ]);
  });

  test("tells of two that print alike what each uses, and of a plan read from a file when the view was read", () => {
    const dependsOn = { removed: ["function public.f(integer)"], added: ["function public.f(bigint)"] };
    expect(definitionLines(changed({ diff: "", dependsOn, readsSince: "2026-03-01T09:30:00.000Z" }))).toEqual([
      "no longer uses function public.f(integer)",
      "uses function public.f(bigint)",
      READ,
    ]);
    expect(diffLines({ diff: "" })).toEqual([]);
  });
});

describe("whether a column can be null", () => {
  const column = (name: string, isNotNull: boolean) => ({ name, isNotNull });
  const table = (name: string): ReadSource => ({
    ...{ schema: "public", name, kind: "table", isLive: true, isDeclared: true },
    ...{ isRenamed: false, isMade: false, since: null },
    columns: [column("id", true), column("n", false)],
  });
  const sources = [table("t"), table("u"), { ...table("v"), kind: "view" }];

  test.each([
    ["select t.id, t.n from public.t", ["never", "may"]],
    // Older majors name the relation, newer ones where there are two.
    ["select id, n from public.t", ["never", "may"]],
    ["select t.id, u.id as uid from public.t left join public.u on u.id = t.n", ["never", "may"]],
    ["select t.id, u.id as uid from public.t right join public.u on u.id = t.n", ["may", "never"]],
    ["select t.id, u.id as uid from public.t full join public.u on u.id = t.n", ["may", "may"]],
    // A condition may leave out what is null.
    [
      "select t.id, u.id as uid, u.n from public.t left join public.u on u.id = t.n where u.n > 0",
      ["never", undefined, undefined],
    ],
    ["select t.n, t.id from public.t where t.n is not null", [undefined, "never"]],
    ["select t.n, t.id from public.t join public.u using (n)", [undefined, "never"]],
    [
      "select coalesce(t.n, 0) as n, coalesce(t.n, null) as m, count(*) as c, null::text as o, 1 as p from public.t",
      ["never", "may", "never", "may", "never"],
    ],
    [
      "select case when t.n > 0 then t.id end as a, case when t.n > 0 then t.id else 0 end as b, upper(t.n) as c from public.t",
      ["may", "never", undefined],
    ],
    [
      "with q as (select t.id as a, t.n from public.t) select q.a, q.n, s.b from q join (select u.id as b from public.u) s on true",
      ["never", "may", "never"],
    ],
    ["with q(x) as (select t.id from public.t) select q.x from q", ["never"]],
    ["select t.id from public.t union all select u.n from public.u", ["may"]],
    ["select t.id from public.t union all select v.id from public.v", [undefined]],
    ["select t.id, t.n from public.t group by rollup (t.id, t.n)", [undefined, undefined]],
    ["select v.id, x.x from public.v, generate_series(1, 2) x", [undefined, undefined]],
    ["with recursive q as (select t.id from public.t union all select q.id from q) select q.id from q", [undefined]],
    ["select t.id from public.t except select u.n from public.u", [undefined]],
    [
      "select t.n, count(*) as c, public.count(t.n) as d from public.t group by t.n having t.n > 0",
      [undefined, "never", undefined],
    ],
    ["select t.n, x.x from public.t, unnest(array[t.n]) x(x)", [undefined, undefined]],
    ["select t.n, x.x from public.t, lateral (select t.n as x where t.n > 0) x", [undefined, undefined]],
    ["no query", []],
  ])("is said of %s only where it is certain", async (query, expected) => {
    expect(await nullnessOf(query, sources)).toEqual(expected);
  });
});

describe("what differs, in a plan", () => {
  const plan = (definition: PreviewedDefinition): PlanDocument => ({
    version: 1,
    stack: "prod",
    database: "app",
    allow: [],
    expect: {},
    fingerprint: "f",
    risk: "none",
    others: [],
    unreached: [],
    resources: [
      {
        ...NOTHING,
        ...{
          urn: "u",
          kind: "materialized view",
          id: "public.mv",
          operation: "update",
          refusals: ["no"],
          fingerprint: "",
        },
        ...{
          adopt: false,
          onDrift: {},
          declared: null,
          previous: null,
          recorded: undefined,
          facts: undefined,
          connection: null,
          hasOwnUrl: false,
          token: null,
        },
        definition,
      },
    ],
  });

  test("stands behind its steps, as text and as Markdown", () => {
    const dependents = [
      { object: "view public.resumen" },
      { object: "materialized view public.copia", managedBy: { project: "p", stack: "prod", resource: "copia" } },
    ];
    const some = plan(changed({ dependents, grants: ["select to app"] }));
    const touched = [
      "depends on it: view public.resumen",
      "depends on it: materialized view public.copia, managed by copia of stack prod of project p",
      "granted: select to app",
      READ,
    ];
    expect(planTable(some).replaceAll(/\s+/g, " ")).toContain(
      `REFUSED materialized view public.mv: no materialized view public.mv: ${DIFF.replaceAll(/\s+/g, " ")} ${touched.join(" ")} fingerprint`,
    );
    for (const line of planTable(some).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(planMarkdown(some)).toContain(
      `\n**materialized view public.mv**\n\n\`\`\`diff\n${DIFF}\n\`\`\`\n\n${touched.map((line) => `- ${line}`).join("\n")}\n`,
    );
    expect(planMarkdown(some)).not.toContain("<details>");
  });

  test("is cut to a screen, and whole where it is folded", () => {
    const lines = Array.from({ length: 40 }, (_, at) => `+    n${at},`);
    const diff = ["@@ -1,2 +1,42 @@", "  SELECT id,", ...lines, "     n"].join("\n");
    const some = plan(changed({ diff }));
    expect(planTable(some)).toContain("+    n17,\n... 22 more lines: matview plan --markdown\n");
    expect(planMarkdown(some)).toContain(
      `+    n17,\n... 22 more lines: below\n\`\`\`\n\n<details><summary>All that differs</summary>\n\n\`\`\`diff\n${diff}\n\`\`\`\n\n</details>`,
    );
  });
});

test("what differs is behind the table of a drift check, in every form", () => {
  const report: DriftReport = {
    ...{
      stack: "prod",
      database: "app",
      checked: ["materialized view public.mv"],
      others: [],
      unseen: [],
      kept: [],
      unreached: [],
    },
    previewChanged: true,
    rows: [
      {
        resource: "materialized view public.mv",
        property: "definition",
        declared: "select id, n + 1 as n from public.t",
        actual: " SELECT id,\n    n\n   FROM public.t;",
        diff: DIFF,
        changes: ["column n: type integer -> bigint"],
        since: undefined,
        upWould: "swap public.mv",
        severity: "drift",
      },
    ],
  };
  const terminal = `definition of materialized view public.mv (- found, + declared):\n${DIFF}\n  column n: type integer -> bigint\n`;
  expect(driftTable(report)).toContain(terminal);
  expect(driftMarkdown(report)).toContain(
    "| materialized view public.mv | definition | below | below | not known | swap public.mv |\n\n" +
      `**definition of materialized view public.mv** (- found, + declared)\n\n\`\`\`diff\n${DIFF}\n\`\`\`\n\n- column n: type integer -> bigint\n`,
  );
  expect(driftJunit(report)).toContain(`>definition: found (-), declared (+)\n${DIFF}\n; up would: swap public.mv<`);
});
