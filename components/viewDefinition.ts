import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { userError } from "../postgres/errors.ts";

/**
 * The SELECT in `sql/views/<view>.sql` in the program's folder: one a file, named after the view. Comments above it are about the
 * file and no part of the definition.
 * @throws when the file is missing or empty; the message says which file to write.
 */
export function viewDefinition(view: string, folder = join(process.cwd(), "sql", "views")): string {
  const file = join(folder, `${view}.sql`);
  const shown = relative(process.cwd(), file);
  if (!existsSync(file)) throw userError(`materialized view ${view} has no definition: write its SELECT in ${shown}`);
  const text = readFileSync(file, "utf8")
    .replace(/\r\n/g, "\n")
    .replace(/^(\s*--.*(\n|$))+/, "")
    .trim();
  if (text === "") throw userError(`${shown} is empty: write the SELECT of materialized view ${view} in it`);
  return text;
}
