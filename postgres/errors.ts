/** SQLSTATEs that the module tells apart, by PostgreSQL's own condition names (its manual, appendix A), and one of its own. */
export const SQLSTATE = {
  cannotConnectNow: "57P03",
  deadlockDetected: "40P01",
  dependentObjectsStillExist: "2BP01",
  duplicateTable: "42P07",
  insufficientPrivilege: "42501",
  invalidPassword: "28P01",
  invalidParameterValue: "22023",
  invalidSchemaName: "3F000",
  lockNotAvailable: "55P03",
  queryCanceled: "57014",
  objectNotInPrerequisiteState: "55000",
  /** Raised by sql/statements/must_have_kept.sql. */
  notKept: "MV001",
  readOnlyTransaction: "25006",
  syntaxError: "42601",
  tooManyConnections: "53300",
  uniqueViolation: "23505",
  undefinedColumn: "42703",
  undefinedFunction: "42883",
  undefinedObject: "42704",
  undefinedTable: "42P01",
} as const;

/** What node-postgres throws for an error that the server reported. */
export interface ServerError extends Error {
  readonly code: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly position?: string;
}

/**
 * An error whose message stands alone: it names the object, the problem, what is allowed and what to do. Pulumi carries
 * nothing but the message to the user, and the command prints it without a stack trace.
 */
export function userError(message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  // The mark of Pulumi's RunError: the engine prints the message of a program's error that bears it, and no stack trace.
  return Object.assign(error, { name: "MatviewError", __pulumiRunError: true });
}

/** True for errors made by `userError`, also after they crossed a module boundary. */
export function isUserError(error: unknown): error is Error {
  return error instanceof Error && error.name === "MatviewError";
}

/** An error of the connection itself, which every other thing that is asked through it meets as well. */
export function unreachableError(message: string, cause: unknown): Error {
  return Object.assign(userError(message, cause), { isUnreachable: true });
}

/** True for errors made by `unreachableError`. */
export function isUnreachable(error: unknown): error is Error {
  return isUserError(error) && "isUnreachable" in error;
}

/** True for an error that the server reported; with `code`, for that SQLSTATE only. */
export function isServerError(error: unknown, code?: string): error is ServerError {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return false;
  return /^[0-9A-Z]{5}$/.test(error.code) && (code === undefined || error.code === code);
}

/** True when somebody stopped the statement or the server: it says nothing about what was asked. */
export function isIntervention(error: unknown): boolean {
  return isServerError(error) && error.code.startsWith("57");
}

/** True when a function raised it, and not the server of itself. */
export function isRaised(error: unknown): boolean {
  return isServerError(error) && error.code.startsWith("P0");
}

/** PostgreSQL's own words with detail, hint and SQLSTATE, on one line, without what they quote of a row. */
export function serverText(error: unknown): string {
  // Of a host with several addresses, which says nothing itself.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(serverText).join(", ");
  if (!isServerError(error)) return error instanceof Error ? error.message : String(error);
  // Its hint is CASCADE, which drops what nobody has looked at.
  const hint = error.code === SQLSTATE.dependentObjectsStillExist ? undefined : error.hint;
  // Of data: too many rows (21), values (22), constraints (23). Details quote rows, and messages a value; but for a value of the text itself.
  const isOfRows =
    /^2[123]/.test(error.code) && error.position === undefined && error.code !== SQLSTATE.invalidParameterValue;
  const parts = isOfRows ? [withoutValues(error.message), hint] : [error.message, error.detail, hint];
  const told = parts.filter((part) => part !== undefined && part !== "");
  return `${told.join(". ")} [${error.code}]`;
}

/** The first line of a server's message, without the value of a row that it quotes; what follows it may quote a whole row. */
export function withoutValues(message: string): string {
  const line = message.trim().split("\n")[0] ?? "";
  return line.replace(/: ".*"$/, ': "..."').replace(/\b(value|zone) ".*?"(?= )/, '$1 "..."');
}

/** The same for many eyes, such as a preview's: what a row or a function's own error says may be personal data. */
export function serverTextWithoutData(error: unknown): string {
  const quotesData = isServerError(error) && /^(22|23|P0)/.test(error.code);
  return quotesData ? `a row cannot be computed [${error.code}]` : serverText(error);
}

/** All problems of one thing in one message, a line each. */
export function problemReport(subject: string, problems: readonly string[]): Error {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return userError([`${subject}: ${count}`, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
}
