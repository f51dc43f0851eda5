import { describe, expect, it } from "@jest/globals";
import { countsLine, kindLines, type JestReport } from "../../../scripts/testReport.ts";

const file = (kind: string, seconds: number, ...statuses: string[]): JestReport["testResults"][number] => ({
  name: `/checkout/test/${kind}/some.test.ts`,
  status: statuses.includes("failed") ? "failed" : "passed",
  startTime: 1_000,
  endTime: 1_000 + seconds * 1_000,
  assertionResults: statuses.map((status) => ({ status })),
});

const report = (changes: Partial<JestReport>): JestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...changes,
});

describe("the closing line", () => {
  it("counts what passed and what failed", () => {
    const mixed = report({ numPassedTests: 3, numFailedTests: 2, testResults: [file("unit", 1, "passed", "failed")] });
    expect(countsLine(mixed, 1)).toEqual({ line: "3 passed, 2 failed", failed: 2 });
  });

  it("names skipped tests and those that are still to be written only where there are some", () => {
    const skipping = report({ numPassedTests: 3, numPendingTests: 1, numTodoTests: 1 });
    expect(countsLine(skipping, 0)).toEqual({ line: "3 passed, 0 failed, 2 skipped", failed: 0 });
    expect(countsLine(report({ numPassedTests: 3 }), 0)).toEqual({ line: "3 passed, 0 failed", failed: 0 });
  });

  it("counts a file that could not run as a failed test", () => {
    const broken = { ...file("unit", 0), status: "failed" };
    const some = report({ numPassedTests: 3, testResults: [broken, file("unit", 1, "passed", "passed", "passed")] });
    expect(countsLine(some, 1)).toEqual({ line: "3 passed, 1 failed", failed: 1 });
  });

  it("has a failure where jest failed without a report, or without saying where", () => {
    expect(countsLine(undefined, 1)).toEqual({ line: "0 passed, 1 failed", failed: 1 });
    expect(countsLine(undefined, 0)).toEqual({ line: "0 passed, 1 failed", failed: 1 });
    expect(countsLine(report({ numPassedTests: 3 }), 1)).toEqual({ line: "3 passed, 1 failed", failed: 1 });
  });
});

describe("the lines before it", () => {
  it("say tests, files and time of each kind that ran", () => {
    const files = [file("unit", 0.5, "passed", "passed"), file("unit", 1, "passed"), file("lifecycle", 60, "failed")];
    expect(kindLines(report({ testResults: files }))).toEqual([
      "unit: 3 tests in 2 files, 1.5 s of test time",
      "lifecycle: 1 tests in 1 files, 60.0 s of test time",
    ]);
  });
});
