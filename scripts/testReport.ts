/** The part of jest's JSON report that is read here. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** One line for each kind of test: files, tests, and the time that its files took, three of them running side by side. */
export function kindLines(report: JestReport): string[] {
  return ["unit", "integration", "lifecycle", "program", "consumer"].flatMap((kind) => {
    const files = report.testResults.filter(({ name }) => name.includes(`/test/${kind}/`));
    if (files.length === 0) return [];
    const tests = files.reduce((sum, file) => sum + file.assertionResults.length, 0);
    const seconds = files.reduce((sum, file) => sum + Math.max(0, file.endTime - file.startTime), 0) / 1_000;
    return [`${kind}: ${tests} tests in ${files.length} files, ${seconds.toFixed(1)} s of test time`];
  });
}

/** The closing line. A file that could not run counts as a failed test, and so does a jest that failed without saying where. */
export function countsLine(report: JestReport | undefined, jestCode: number): { line: string; failed: number } {
  const brokenFiles = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const counted = (report?.numFailedTests ?? 0) + brokenFiles;
  const failed = counted === 0 && (jestCode !== 0 || report === undefined) ? 1 : counted;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const skippedPart = skipped === 0 ? "" : `, ${skipped} skipped`;
  return { line: `${report?.numPassedTests ?? 0} passed, ${failed} failed${skippedPart}`, failed };
}
