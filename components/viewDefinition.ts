import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { userError } from "../postgres/errors.ts";

/**
 * The SELECT in `sql/views/<view>.sql` in the program's folder: one a file, named after the view. Comments above it are about the
 * file and no part of the definition.
 * @throws when the file is missing or empty; the message says which file to write.
 */
export function viewDefinition(view: string, folder = join(process.cwd(), "sql", "views")): string {
  const file = join(folder, `${view}.sql`);
  const shown = relative(process.cwd(), file);
  if (!existsSync(file)) throw userError(missingText(view, shown));
  const text = readFileSync(file, "utf8")
    .replace(/\r\n/g, "\n")
    .replace(/^(\s*--.*(\n|$))+/, "")
    .trim();
  if (text === "") throw userError(`${shown} is empty: write the SELECT of materialized view ${view} in it`);
  return text;
}

// Pulumi runs a program in the folder of its main file, which is not that of Pulumi.yaml where `main` names one in a subfolder.
function missingText(view: string, shown: string): string {
  const here = process.cwd();
  const above = folderAbove(here, join("sql", "views", `${view}.sql`));
  const advice =
    above === undefined
      ? "write its SELECT there"
      : `${join(relative(here, above), "sql", "views")} has one: move it there, or say where it is with viewDefinition("${view}", folder)`;
  return `materialized view ${view} has no definition in ${shown}, looked up in ${here}, where Pulumi runs the program: ${advice}`;
}

function folderAbove(folder: string, file: string): string | undefined {
  const above = dirname(folder);
  if (above === folder) return undefined;
  return existsSync(join(above, file)) ? above : folderAbove(above, file);
}
