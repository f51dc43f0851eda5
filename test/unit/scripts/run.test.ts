import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { checkout } from "../../../scripts/checkout.ts";

describe("scripts/run", () => {
  let programs: string;

  beforeEach(() => {
    programs = mkdtempSync(join(tmpdir(), "matview-programs-"));
    symlinkSync(whereIs("dirname"), join(programs, "dirname"));
  });

  afterEach(() => rmSync(programs, { recursive: true }));

  /** On a computer that has nothing but what the test put into `programs`. */
  const runBare = (name: string) => {
    const shell = whereIs("sh");
    const { status, stderr } = spawnSync(shell, [join(checkout, "scripts", "run"), name], {
      env: { PATH: programs },
      cwd: "/",
      encoding: "utf8",
    });
    return { status, stderr: stderr.trim() };
  };

  it("names the scripts that there are when it is asked for another", () => {
    const { status, stderr } = runBare("no such");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^There is no script called 'no such'\. /);
    expect(stderr.split("\n").slice(1)).toEqual(
      [
        "up",
        "down",
        "env",
        "test",
        "build",
        "check",
        "format",
        "reference",
        "psql",
        "reportPicture",
        "reviewPictures",
        "bench",
        "fuzzSchedule",
        "testMatrix",
      ].map((one) => `  ${one}`),
    );
  });

  it.each(["checkout", "", "none", "..", "test up"])("runs nothing that is not for a person: '%s'", (name) => {
    expect(runBare(name)).toMatchObject({ status: 2, stderr: expect.stringContaining(`called '${name}'`) });
  });

  it("says where to get Node.js when there is none", () => {
    expect(runBare("up")).toEqual({
      status: 1,
      stderr:
        "Node.js is missing: install version 20 or newer with npm, from https://nodejs.org/en/download or your system's packages.",
    });
  });

  it("says so when Node.js is too old to install the packages", () => {
    // All that the script asks a Node.js of before its time: its version, and whether that will do.
    const old = '#!/bin/sh\n[ "$1" = -v ] && echo v18.20.4 && exit 0\nexit 1\n';
    writeFileSync(join(programs, "node"), old, { mode: 0o755 });
    expect(runBare("up")).toEqual({
      status: 1,
      stderr:
        "Node.js v18.20.4 is too old to install the packages: install version 20 or newer, from https://nodejs.org/en/download.",
    });
  });
});

function whereIs(name: string): string {
  return execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
}
