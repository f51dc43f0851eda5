/** A line of a terminal of 80 columns, where the engine indents what it shows. */
const WIDTH = 74;

/** Further in than this nothing is indented, or deep queries would have no room. */
const DEEPEST = 36;

/** Lines around those that differ. */
const CONTEXT = 2;

const SCREEN = 20;

/** Two queries as a unified diff of their lines, long ones broken between words; empty where they are alike. */
export async function definitionDiff(before: string, after: string): Promise<string> {
  // Only who changes a definition waits until it is loaded.
  const { structuredPatch } = await import("diff");
  const text = (query: string): string => `${folded(query).join("\n")}\n`;
  const { hunks } = structuredPatch("", "", text(before), text(after), undefined, undefined, { context: CONTEXT });
  return hunks
    .flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ])
    .join("\n");
}

/** What fits on a screen of it: all, or else what differs alone, and how many more lines there are. */
export function screenOf(diff: string): { readonly lines: readonly string[]; readonly more: number } {
  const all = diff === "" ? [] : diff.split("\n");
  const lines = all.length <= SCREEN ? all : all.filter((line) => !line.startsWith(" "));
  return lines.length <= SCREEN
    ? { lines, more: 0 }
    : { lines: lines.slice(0, SCREEN - 1), more: lines.length - SCREEN + 1 };
}

// A literal or a quoted name is one word, whatever stands in it, and so is AS with its name.
const WORD = /(?:AS )?(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\s'"])+/g;

function folded(query: string): string[] {
  return query.split("\n").flatMap((line) => {
    const indent = /^ */.exec(line)?.[0].slice(0, DEEPEST) ?? "";
    const lines: string[] = [];
    let open = indent;
    let isEmpty = true;
    for (const word of (line.match(WORD) ?? []).flatMap((one) => pieces(one, WIDTH - indent.length - 4))) {
      if (!isEmpty && open.length + 1 + word.length > WIDTH) {
        lines.push(open);
        open = `${indent}    `;
        isEmpty = true;
      }
      open += isEmpty ? word : ` ${word}`;
      isEmpty = false;
    }
    return [...lines, open];
  });
}

function pieces(word: string, most: number): string[] {
  return word.match(new RegExp(`[^]{1,${most}}`, "gu")) ?? [];
}
