import { describe, expect, test } from "@jest/globals";
import { serverText, withoutValues } from "../../../postgres/errors.ts";

const serverError = (code: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { code, ...more });

describe("what the server says of a row is left out", () => {
  test.each([
    [
      '23505: could not create unique index "mv_key"',
      serverError("23505", 'could not create unique index "mv_key"', {
        detail: "Key (email)=(ana@x.mx) is duplicated.",
      }),
      'could not create unique index "mv_key" [23505]',
    ],
    [
      "21000: duplicate rows of a concurrent refresh",
      serverError("21000", 'new data for materialized view "mv" contains duplicate rows without any null columns', {
        detail: "Row: (1,Ana,5512345678)",
      }),
      'new data for materialized view "mv" contains duplicate rows without any null columns [21000]',
    ],
    [
      "22P02: a value that is none",
      serverError("22P02", 'invalid input syntax for type integer: "Ana "la" Reyes"'),
      'invalid input syntax for type integer: "..." [22P02]',
    ],
    [
      "22003: a value out of range",
      serverError("22003", 'value "5512345678" is out of range for type integer'),
      'value "..." is out of range for type integer [22003]',
    ],
    [
      "a value of the definition's own text is told",
      serverError("22P02", 'invalid input syntax for type integer: "uno"', { position: "8" }),
      'invalid input syntax for type integer: "uno" [22P02]',
    ],
    [
      "a setting's value is told",
      serverError("22023", 'invalid value for parameter "work_mem": "mucho"', { hint: "Valid units are kB" }),
      'invalid value for parameter "work_mem": "mucho". Valid units are kB [22023]',
    ],
    [
      "names are told",
      serverError("42P01", 'relation "public.ventas" does not exist', { detail: "There is none." }),
      'relation "public.ventas" does not exist. There is none. [42P01]',
    ],
  ])("%s", (_title, error, expected) => expect(serverText(error)).toBe(expected));

  test.each([
    ["ERROR:  duplicate key\nDETAIL:  (Ana, 5512345678)", "ERROR:  duplicate key"],
    [
      'ERROR:  invalid input syntax for type date: "5 de mayo"\nCONTEXT:  x',
      'ERROR:  invalid input syntax for type date: "..."',
    ],
    ['ERROR:  time zone "Ana" not recognized', 'ERROR:  time zone "..." not recognized'],
    ['ERROR:  permission denied for table "Ventas"', 'ERROR:  permission denied for table "Ventas"'],
    ["1 row", "1 row"],
  ])("in the message of a run: %j", (message, expected) => expect(withoutValues(message)).toBe(expected));
});
