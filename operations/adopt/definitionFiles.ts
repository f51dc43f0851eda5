import { displayName } from "../../postgres/names.ts";
import type { FoundView } from "./readViews.ts";

/** Where a view's definition is written: its folder below `sql/views`, and the file's name without its ending. */
export interface DefinitionFile {
  readonly folder: string | undefined;
  readonly name: string;
  readonly path: string;
}

/** A file for each view, as the program's convention has it; names that are no names of files are written otherwise, and none twice. */
export function definitionFiles(views: readonly FoundView[]): DefinitionFile[] {
  const taken = new Set<string>();
  return views.map(({ view: { schema, name } }) => {
    const folder = schema === "public" ? undefined : safe(schema);
    const whole = safe(name);
    for (let number = 1; ; number += 1) {
      const file = number === 1 ? whole : `${whole}_${number}`;
      const path = ["sql", "views", ...(folder === undefined ? [] : [folder]), `${file}.sql`].join("/");
      // Some file systems take both cases for the same.
      if (taken.has(path.toLowerCase())) continue;
      taken.add(path.toLowerCase());
      return { folder, name: file, path };
    }
  });
}

function safe(name: string): string {
  return name.replace(/[\\/:*?"<>|\p{Cc}]/gu, "_").replace(/^\.+/, "_");
}

/** What a view's resource is called. */
export function resourceName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return schema === "public" ? name : displayName({ schema, name });
}
