/** The inputs of command:local:Command that this stand-in knows. */
export interface CommandInputs {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly dir?: string;
  readonly interpreter?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
  readonly triggers?: readonly unknown[];
  readonly addPreviousOutputInEnv?: boolean;
}
