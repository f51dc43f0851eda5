import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { compareDefinition } from "../../kinds/materializedView/definition/compareDefinition.ts";
import { parseDefinition } from "../../kinds/materializedView/definition/parseDefinition.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";

/**
 * The text of a view's definition: that of the team's file `<view>.sql`, `<schema>.<view>.sql` or `<schema>/<view>.sql` where it means what the
 * view has, a query or the CREATE statement around it; else as the server prints it.
 */
export async function ownTexts(
  { target }: Session,
  view: QualifiedName & { readonly definition: string },
  folder: string | undefined,
): Promise<{ readonly text: string; readonly otherFile: string | undefined }> {
  const printed = view.definition.replace(/;\s*$/, "").trim();
  let otherFile: string | undefined;
  for (const file of folder === undefined ? [] : filesOf(folder, view)) {
    for (const text of queriesIn(readFileSync(file, "utf8").replace(/\r\n/g, "\n"))) {
      const parsed = await parseDefinition(text);
      if (!parsed.ok) continue;
      const { outcome } = await compareDefinition(target, { ...view, definition: parsed.definition.sql });
      if (outcome === "equal") return { text: text.trim(), otherFile: undefined };
    }
    otherFile ??= relative(process.cwd(), file);
  }
  return { text: printed, otherFile };
}

function filesOf(folder: string, { schema, name }: QualifiedName): string[] {
  const wanted = [`${name}.sql`, `${schema}.${name}.sql`];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.includes(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A file's text as it is, and what may be the query of a CREATE statement in it: what stands behind an AS, up to how it ends. */
function queriesIn(text: string): string[] {
  const behind = [...text.matchAll(/\bas\b/gi)].map(({ index }) => text.slice(index + 2));
  const ends = /(?:\s+with\s+(?:no\s+)?data)?\s*;[^]*$|\s+with\s+(?:no\s+)?data\s*$/i;
  return [text, ...behind.flatMap((rest) => [rest, rest.replace(ends, "")])];
}
