import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.ts";

/** A fenced part of the page: commands, a file to write, or what the commands before it print. */
interface Fence {
  readonly file: string | undefined;
  readonly language: string;
  readonly text: string;
}

/** What a part of the page says that is seen, and what was. */
export interface Seen {
  readonly told: string;
  readonly printed: string;
}

/** A page as one script, and what it should have printed. */
export interface Page {
  readonly script: string;
  seen(stdout: string): Seen[];
}

const MARK = "==== next ====";

/** Texts of a page, each there once, and what stands in their place here. */
export type Replaced = readonly (readonly [from: string, to: string])[];

/** The text of a page of docs/. */
export function readDocument(name: string): string {
  return readFileSync(join(checkout, "docs", `${name}.md`), "utf8");
}

/** What a page says is to be run in the database: its SQL that is in no file. */
export function readSql(name: string): string {
  const scripts = readFences(readDocument(name)).filter(isPasted);
  return scripts.map(({ text }) => text).join("\n");
}

/** Does what a page of docs/ says in one shell, up to what ends with an error; what is to be run in the database is left out. */
export function readPage(name: string, replaced: Replaced): Page {
  return readCommands(join("docs", `${name}.md`), replaced);
}

/** The same of any page of the checkout. */
export function readCommands(file: string, replaced: Replaced): Page {
  const fences = readFences(readFileSync(join(checkout, file), "utf8"));
  const script = replaced.reduce((text, [from, to]) => replacedOnce(file, text, from, to), scriptOf(file, fences));
  const commands = fences.filter(isCommands);
  const seen = (stdout: string): Seen[] => {
    const printed = stdout.split(`${MARK}\n`).slice(1);
    return fences.flatMap(({ language, text }, at) => {
      if (language !== "text") return [];
      return [{ told: text, printed: printed[commands.indexOf(fences[at - 1]!)] ?? "" }];
    });
  };
  return { script, seen };
}

/** What of the told lines was not printed, whatever the width of a table; `…` stands for anything. */
export function missingLines({ told, printed }: Seen): string[] {
  // Not in order: the engine tells of resources as they come.
  const lines = printed.split("\n").map(narrowed);
  return told.split("\n").filter((line) => {
    if (line.trim() === "") return false;
    const pattern = new RegExp(`^${narrowed(line).split("…").map(escaped).join(".*")}$`);
    const at = lines.findIndex((one) => pattern.test(one));
    if (at >= 0) lines.splice(at, 1);
    return at < 0;
  });
}

function narrowed(line: string): string {
  return line.trim().replaceAll(/([ ─])\1+/g, "$1");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function readFences(page: string): Fence[] {
  const found = page.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$/gms);
  return [...found].map(([, file, language = "", text = ""]) => ({ file, language, text }));
}

function isCommands({ file, language }: Fence): boolean {
  return file === undefined && language === "sh";
}

function isPasted({ file, language }: Fence): boolean {
  return file === undefined && language === "sql";
}

function scriptOf(page: string, fences: readonly Fence[]): string {
  const parts = fences.map((fence) => {
    if (isCommands(fence)) return `echo '${MARK}'\n${fence.text}`;
    const { file, language, text } = fence;
    if (language === "text" || isPasted(fence)) return "";
    if (file === undefined) throw new Error(`${page} does not say which file holds ${text}`);
    return `mkdir -p "$(dirname ${file})"\ncat > ${file} <<'END OF FILE'\n${text}END OF FILE\n`;
  });
  return parts.join("\n");
}

function replacedOnce(page: string, text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${page} should say once: ${from}`);
  return text.replace(from, () => to);
}
