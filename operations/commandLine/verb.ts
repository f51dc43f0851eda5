import type { HelpText } from "./help.ts";
import type { CommandOption } from "./options.ts";

/** One verb of the `matview` command. Help, completion and the reference follow from its data. */
export interface Verb extends HelpText {
  /** One line for the list of verbs. */
  readonly summary: string;
  /** All that it takes. */
  readonly options: readonly CommandOption[];
  /** Exit status when the verb could not do its work; default 1, and 2 when it was used wrongly. */
  readonly troubleStatus?: number;
  /** It changes nothing in the database. */
  readonly reads: boolean;
  /** Runs with the words after the verb and returns the exit status. */
  run(words: readonly string[]): Promise<number>;
}
