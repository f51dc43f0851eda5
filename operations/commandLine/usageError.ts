/** An error of whoever typed the command: its message is printed, and the exit status says "used wrongly". */
export function usageError(message: string): Error {
  return Object.assign(new Error(message), { name: "MatviewUsageError" });
}

/** True for errors made by `usageError`. */
export function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === "MatviewUsageError";
}
