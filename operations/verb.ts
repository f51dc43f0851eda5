/** One verb of the `matview` command. */
export interface Verb {
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Usage, options, examples and the meaning of the exit status. */
  readonly help: string;
  /** Runs with the words after the verb and returns the exit status. */
  run(words: readonly string[]): Promise<number>;
}
