import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkout } from "./checkout.ts";

/** The view that README.md declares. */
export const README_VIEW = "sql/views/mv_conversaciones_dashboard.sql";

/** What somebody else makes of that view. */
export const DEPENDENT_REPORT =
  "create view public.conversaciones_por_etapa as select etapa, count(*) as n from public.mv_conversaciones_dashboard group by etapa";

/** The first program of README.md. */
export function readmeProgram(): string {
  const [, program = ""] = /```ts\n(import [^]*?)```/.exec(readFileSync(join(checkout, "README.md"), "utf8")) ?? [];
  return program;
}

/** Puts the definition of its view into a project's folder. */
export function writeReadmeView(directory: string): void {
  mkdirSync(dirname(join(directory, README_VIEW)), { recursive: true });
  copyFileSync(join(checkout, README_VIEW), join(directory, README_VIEW));
}
