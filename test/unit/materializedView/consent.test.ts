import { describe, expect, test } from "@jest/globals";
import { consentAdvice, readConsents } from "../../../kinds/consent.ts";

describe("what is allowed for one deploy", () => {
  test("is read with every name that a view may have, as the advice writes it", () => {
    expect(readConsents("")).toEqual([]);
    expect(readConsents('columns:public.mv, rows:informes."a,b:""c""",')).toEqual([
      "columns:public.mv",
      'rows:informes."a,b:""c"""',
    ]);
    expect(consentAdvice("rows", { schema: "public", name: "mv_x" })).toBe(
      "for this deploy alone, set MATVIEW_ALLOW=rows:public.mv_x",
    );
    expect(consentAdvice("rows", { schema: "public", name: `it's $(x) "y"` })).toBe(
      `for this deploy alone, set MATVIEW_ALLOW='rows:public."it'\\''s $(x) ""y"""'`,
    );
  });

  test.each([
    ["colum:public.mv", "colum is no word of MATVIEW_ALLOW; did you mean columns?"],
    ["everything", "everything is no word of MATVIEW_ALLOW; known are columns, dependents, rows"],
    ["toString:public.mv", "toString is no word of MATVIEW_ALLOW; known are columns, dependents, rows"],
    ["rows", "MATVIEW_ALLOW must name a view, such as rows:public.mv"],
    ["rows:mv_x", "MATVIEW_ALLOW must name a view, such as rows:public.mv_x"],
    ["rows:*", "MATVIEW_ALLOW must name a view, such as rows:public.mv"],
  ])("is refused where it is %s", (text, message) => {
    expect(() => readConsents(text)).toThrow(message);
  });
});
