import type { CommandOption } from "./options.ts";

/** What the help of a verb says beside its summary. */
export interface HelpText {
  /** Name of the verb. */
  readonly verb: string;
  /** What stands behind the verb, e.g. `[VIEW]`. */
  readonly words: string;
  /** A few sentences. */
  readonly says: string;
  /** Command lines behind `matview `, each with what it is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
  /** Meaning of each exit status. */
  readonly exits: Readonly<Record<number, string>>;
}

/** Usage, what it does, options, examples, exit status: the same layout for every verb. */
export function helpText(text: HelpText, options: readonly CommandOption[]): string {
  return [
    `usage: matview ${text.verb} ${text.words}${text.words === "" ? "" : " "}[options]`,
    "",
    text.says,
    "",
    ...columns(
      options.map(({ name, value, summary }) => [`--${name}${value === undefined ? "" : ` ${value}`}`, summary]),
    ),
    "",
    "examples:",
    ...columns(text.examples.map(([command, purpose]) => [`matview ${command}`, purpose])),
    "",
    "exit status:",
    ...columns(Object.entries(text.exits)),
  ].join("\n");
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
