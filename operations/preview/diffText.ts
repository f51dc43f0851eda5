import colors from "picocolors";
import { diffLines } from "../../lifecycle/preview/definitionLines.ts";

/** The lines of a diff that differ, as a terminal shows them. */
export function diffTerminal(diff: string, where?: string): string[] {
  return diffLines({ diff }, where).map((line) => {
    if (line.startsWith("+")) return colors.green(line);
    return line.startsWith("-") ? colors.red(line) : line;
  });
}

/** The same as Markdown: what does not fit on a screen is there, folded. */
export function diffMarkdown(diff: string): string[] {
  if (diff === "") return [];
  const shown = diffLines({ diff }, "below");
  const whole = ["<details><summary>All that differs</summary>", "", fence(diff, "diff"), "", "</details>", ""];
  return [fence(shown.join("\n"), "diff"), "", ...(shown.length < diff.split("\n").length ? whole : [])];
}

/** A text as code, in a fence longer than any run of backticks inside. */
export function fence(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}${language}\n${text}\n${mark}`;
}
