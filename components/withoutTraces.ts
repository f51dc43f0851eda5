/**
 * Makes what is not the program's own without the stack traces that Pulumi keeps for each promise of each property, mapped to their sources:
 * with many views they were a third of the program's time. Where a resource is declared Pulumi finds all the same.
 */
export function withoutTraces<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
