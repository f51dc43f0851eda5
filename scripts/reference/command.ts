import { COMMON_OPTIONS, STACK_OPTIONS, WATCH_OPTION } from "../../operations/commandLine/options.ts";
import type { CommandOption } from "../../operations/commandLine/options.ts";
import type { Verb } from "../../operations/commandLine/verb.ts";
import { VERBS } from "../../operations/commandLine/verbs.ts";
import { code, section, table } from "./markdown.ts";

/** The `matview` command: its verbs, what each takes, and how it ends. */
export async function commandSection(): Promise<string> {
  const verbs = await Promise.all(Object.values(VERBS).map((load) => load()));
  return section(2, "The matview command", [
    "```sh\nnpx matview status --stack prod\n```",
    "`matview VERB --help` says the same, and `source <(matview completion bash)` (or `zsh`, `fish`) completes verbs and options. Exit status 2, or what the verb says, means used wrongly.",
    table(
      ["verb", "what for"],
      verbs.map(({ verb, summary }) => [`[${code(verb)}](#matview-${verb})`, summary]),
    ),
    section(3, "Options of most verbs", [
      `${namesOf(verbs.filter(({ options }) => options.includes(WATCH_OPTION)))} take ${code("--watch")}. ${namesOf(verbs.filter(isOfStack))} take ${code("--stack")} and ${code("--json")} alone, beside their own.`,
      optionTable([...COMMON_OPTIONS, WATCH_OPTION]),
    ]),
    ...verbs.map(verbSection),
  ]);
}

const SHARED: readonly CommandOption[] = [...COMMON_OPTIONS, ...STACK_OPTIONS, WATCH_OPTION];

function isOfStack({ options }: Verb): boolean {
  return STACK_OPTIONS.every((one) => options.includes(one));
}

function namesOf(verbs: readonly Verb[]): string {
  return verbs.map(({ verb }) => code(verb)).join(", ");
}

function verbSection({ verb, words, says, options, examples, exits }: Verb): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(([command, purpose]) => `matview ${command.padEnd(width)}  # ${purpose}`);
  const own = options.filter((one) => !SHARED.includes(one));
  const ends = Object.entries(exits).map(([status, meaning]) => `${code(status)} ${meaning}`);
  return section(3, `matview ${verb}`, [
    `\`\`\`sh\n${lines.join("\n")}\n\`\`\``,
    `${words === "" ? "" : `${code(words)}: `}${says.replaceAll("\n", " ")}`,
    own.length === 0 ? "" : optionTable(own),
    `Exit status: ${ends.join("; ")}.`,
  ]);
}

function optionTable(options: readonly CommandOption[]): string {
  return table(
    ["option", "meaning"],
    options.map(({ name, value, multiple, summary }) => [
      code(`--${name}${value === undefined ? "" : ` ${value}`}`),
      `${summary}${multiple === true ? "; may be given several times" : ""}`,
    ]),
  );
}
