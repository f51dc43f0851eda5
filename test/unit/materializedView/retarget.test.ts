import { describe, expect, test } from "@jest/globals";
import { retarget } from "../../../kinds/materializedView/swap/retarget.ts";

const renamings = [
  { from: { schema: "public", name: "mv" }, to: { schema: "public", name: "mv_new" } },
  { from: { schema: "Ventas", name: "Mi Vista" }, to: { schema: "pg_temp", name: "trial" } },
];

describe("a query about other relations", () => {
  test.each([
    ["keeps the old name as alias", "SELECT mv.a FROM public.mv", "SELECT mv.a FROM public.mv_new mv"],
    ["keeps an alias that is there", "SELECT x.a FROM public.mv x(a, b)", "SELECT x.a FROM public.mv_new x(a, b)"],
    [
      "changes names that need quotes",
      'SELECT 1 FROM "Ventas"."Mi Vista" JOIN ONLY public.mv ON true',
      'SELECT 1 FROM pg_temp.trial "Mi Vista" JOIN ONLY public.mv_new mv ON true',
    ],
    [
      "changes row types and arrays of them",
      "SELECT NULL::public.mv, '{}'::public.mv[]",
      "SELECT NULL::public.mv_new, '{}'::public.mv_new[]",
    ],
    [
      "leaves literals, comments and other names alone",
      "SELECT 'public.mv', b.mv /* public.mv */ FROM b.mv",
      "SELECT 'public.mv', b.mv /* public.mv */ FROM b.mv",
    ],
    [
      "changes every mention, also beneath and behind letters of several bytes",
      "WITH mv AS (SELECT 'ñandú' AS é FROM public.mv) SELECT * FROM mv WHERE EXISTS (SELECT 1 FROM public.mv q)",
      "WITH mv AS (SELECT 'ñandú' AS é FROM public.mv_new mv) SELECT * FROM mv WHERE EXISTS (SELECT 1 FROM public.mv_new q)",
    ],
  ])("%s", async (_title, query, expected) => {
    expect(await retarget(query, renamings)).toBe(expected);
  });
});
