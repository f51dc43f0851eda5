import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { viewDefinition } from "../../../components/viewDefinition.ts";

const before = process.cwd();
let project: string;
let program: string;

beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), "matview-definition-")));
  program = join(project, "src");
  mkdirSync(program);
  process.chdir(program);
});
afterEach(() => {
  process.chdir(before);
  rmSync(project, { recursive: true });
});

test("a definition that is not there is told with the folder in which it was looked for", () => {
  expect(() => viewDefinition("ventas")).toThrow(
    `materialized view ventas has no definition in sql/views/ventas.sql, looked up in ${program}, where Pulumi runs the program: write its SELECT there`,
  );
});

test("one in the project's folder, above the program's, is found and named", () => {
  mkdirSync(join(project, "sql", "views"), { recursive: true });
  writeFileSync(join(project, "sql", "views", "ventas.sql"), "select 1 as uno");
  expect(() => viewDefinition("ventas")).toThrow(
    `looked up in ${program}, where Pulumi runs the program: ../sql/views has one: move it there, or say where it is with viewDefinition("ventas", folder)`,
  );
  expect(viewDefinition("ventas", join("..", "sql", "views"))).toBe("select 1 as uno");
});
