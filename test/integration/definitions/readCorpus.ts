import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A declared text and what comparing it with the live view must say. */
export interface Expectation {
  readonly outcome: "equal" | "different" | "invalid";
  /** SQLSTATE of an invalid text. */
  readonly code?: string;
  readonly text: string;
}

/** One case of the corpus: what is there, what happens to it, what is then declared. */
export interface CorpusCase {
  readonly title: string;
  /** Statements before the view is created. */
  readonly setup: string;
  readonly live: { readonly text: string; readonly columns?: readonly string[] };
  /** Statements between creation and comparison. */
  readonly meanwhile: string;
  /** Settings of the session that compares. */
  readonly session: string;
  readonly expectations: readonly Expectation[];
}

const FOLDER = import.meta.dirname;
const OUTCOMES = ["equal", "different", "invalid"] as const;

/** The tables that all cases read, as one script. */
export function corpusTables(): string {
  return readFileSync(join(FOLDER, "tables.sql"), "utf8");
}

/**
 * The cases of one file: sections that start with a line `--# <keyword> <words>`. A case has `setup`, `live`, `meanwhile`
 * and `session` at most once each, then `equal`, `different` or `invalid` with the declared text, as often as needed.
 * `live` takes `columns a, b`; `invalid` takes a SQLSTATE.
 */
export function readCorpus(file: string): CorpusCase[] {
  const [, ...cases] = readFileSync(join(FOLDER, `${file}.sql`), "utf8").split(/^--# case /m);
  return cases.map((text) => readCase(file, text));
}

function readCase(file: string, text: string): CorpusCase {
  const title = /^.*/.exec(text)?.[0] ?? "";
  const sections = text.split(/^--# /m).slice(1).map(readSection);
  const unknown = sections.find(
    ({ keyword }) => !["setup", "live", "meanwhile", "session", ...OUTCOMES].includes(keyword),
  );
  if (unknown !== undefined) throw new Error(`${file}.sql, case ${title}: section ${unknown.keyword} is not known`);
  const script = (keyword: string): string => sections.find((section) => section.keyword === keyword)?.text ?? "";
  const live = sections.find(({ keyword }) => keyword === "live");
  const expectations = sections.flatMap(({ keyword, words, text: declared }) => {
    const outcome = OUTCOMES.find((candidate) => candidate === keyword);
    return outcome === undefined
      ? []
      : [{ outcome, ...(outcome === "invalid" ? { code: words } : {}), text: declared }];
  });
  if (live === undefined || expectations.length === 0)
    throw new Error(`${file}.sql, case ${title}: needs live and an outcome`);
  const scripts = { setup: script("setup"), meanwhile: script("meanwhile"), session: script("session") };
  return { title, ...scripts, live: { ...options(live.words), text: live.text }, expectations };
}

function readSection(section: string): { keyword: string; words: string; text: string } {
  const end = section.indexOf("\n");
  const [keyword = "", ...words] = section.slice(0, end).trim().split(" ");
  return { keyword, words: words.join(" "), text: section.slice(end + 1).trimEnd() };
}

function options(words: string): { columns?: string[] } {
  return words.startsWith("columns ") ? { columns: words.replace(/^\w+ /, "").split(", ") } : {};
}
