import { globSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { SQL_FOLDER, sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";

describe("sqlStatement", () => {
  test("fills in names, literals and raw text in one pass", () => {
    const variables = {
      names: { provider: 'x"y' },
      raw: { kind: "materialized view", object: "public.v" },
      literals: { label: ':"view" it\'s' },
    };
    expect(sqlStatement("statements/set_security_label", variables)).toBe(
      `security label for "x""y" on materialized view public.v is ':"view" it''s'`,
    );
  });

  test("never renders what was filled in, nor a cast", () => {
    const names = { schema: "public", view: "v" };
    const raw = { storage: "", definition: "select 1::text as \":'comment'\"" };
    expect(sqlStatement("statements/create_materialized_view", { names, raw })).toBe(
      "create materialized view public.v as\nselect 1::text as \":'comment'\"\nwith no data",
    );
  });

  test("refuses a variable that is missing, and one that is too many", () => {
    expect(() => sqlStatement("statements/set_role")).toThrow(
      "sql/statements/set_role.sql uses role, which was not given as one of its names",
    );
    expect(() => sqlStatement("statements/set_role", { names: { role: "a", other: "b" } })).toThrow(
      "sql/statements/set_role.sql does not use other of its names",
    );
  });
});

describe("the files of sql/describe and sql/statements", () => {
  const files = globSync("{describe,statements}/*.sql", { cwd: SQL_FOLDER }).map((file) => file.replace(/\.sql$/, ""));

  test.each(files)("%s opens with a comment and holds one statement", (file) => {
    const text = sqlText(file);
    expect(text).toMatch(/^-- \S/);
    expect(text.trimEnd()).toMatch(/;$/);
    // The body of a DO block is a literal too, between quotes that the module chooses.
    const body = text.replace(/^(\s*--[^\n]*\n)+/, "").replace(/(:tag|\$\$)[^]*\1/, "''");
    expect(body.replace(/'[^']*'/g, "''").match(/;/g)).toHaveLength(1);
  });
});
