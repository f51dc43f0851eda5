/** One verb of the `matview` command. */
export interface Verb {
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Usage, options, examples and the meaning of the exit status. */
  readonly help: string;
  /** Option names with their dashes, for completion in a shell. */
  readonly options?: readonly string[];
  /** Exit status when the verb could not do its work; default 1, and 2 when it was used wrongly. */
  readonly troubleStatus?: number;
  /** Runs with the words after the verb and returns the exit status. */
  run(words: readonly string[]): Promise<number>;
}
