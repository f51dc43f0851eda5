import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The view's file and where in it the definition begins, where it is from there: in the folder in which program and command are run. */
function fileOf(view: string, definition: string): { readonly file: string; readonly linesBefore: number } | undefined {
  if (/[/\\]/.test(view)) return undefined;
  const file = join("sql", "views", `${view}.sql`);
  try {
    const text = readFileSync(file, "utf8").replaceAll("\r\n", "\n");
    const at = text.indexOf(definition.trim());
    return at < 0 ? undefined : { file, linesBefore: text.slice(0, at).split("\n").length - 1 };
  } catch {
    return undefined;
  }
}

/** A problem that names a line of a definition, with the file and its own line. */
export function inFile(
  problem: string,
  { name, definition }: { readonly name: string; readonly definition: string },
): string {
  const place = /^((?:the definition is not valid on this server: )?)line (\d+)(?=, column )/.exec(problem);
  const found = place === null ? undefined : fileOf(name, definition);
  if (place === null || found === undefined) return problem;
  const [whole, before = "", line] = place;
  return `${before}${found.file}, line ${Number(line) + found.linesBefore}${problem.slice(whole.length)}`;
}
