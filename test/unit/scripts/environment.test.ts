import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { engineEnvironment } from "../../../scripts/environment.ts";
import { findExecutable } from "../../../scripts/toolchain/executables.ts";

describe("the engine's environment", () => {
  const before = { ...process.env };
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "matview-environment-"));
  });

  afterEach(() => {
    process.env = { ...before };
    rmSync(directory, { recursive: true });
  });

  const make = (changes: Partial<Parameters<typeof engineEnvironment>[0]> = {}) =>
    engineEnvironment({
      engine: { binDirectory: "/engine/bin", version: "3.259.0", source: "built" },
      pulumiHome: join(directory, "home"),
      backendDirectory: join(directory, "state"),
      passphrase: "secret",
      ...changes,
    });

  it("leaves out what the user told their own Pulumi, and keeps the rest", () => {
    Object.assign(process.env, { PULUMI_ACCESS_TOKEN: "token", PULUMI_BACKEND_URL: "s3://team", NO_COLOR: "1" });
    const env = make();
    expect(env["PULUMI_ACCESS_TOKEN"]).toBeUndefined();
    expect(env).toMatchObject({
      PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
      PULUMI_HOME: join(directory, "home"),
      PULUMI_CONFIG_PASSPHRASE: "secret",
      NO_COLOR: "1",
    });
    expect([join(directory, "state"), join(directory, "home")].every(existsSync)).toBe(true);
  });

  it("finds the engine before any other pulumi, npm's shims last, and this Node.js first of all", () => {
    process.env["PATH"] = ["/checkout/node_modules/.bin", "/usr/bin"].join(delimiter);
    const path = make()["PATH"]!.split(delimiter);
    expect(path).not.toContain("/checkout/node_modules/.bin");
    expect(path.indexOf("/engine/bin")).toBeLessThan(path.indexOf("/usr/bin"));
    expect(path.at(-1)).toMatch(/node_modules\/\.bin$/);
    expect(realpathSync(findExecutable("node", path)!)).toBe(realpathSync(process.execPath));
  });

  it("leaves an engine that PATH has where it is", () => {
    process.env["PATH"] = "/usr/bin";
    const engine = { binDirectory: "/usr/bin", version: "3.259.0", source: "installed" } as const;
    const path = make({ engine })["PATH"]!.split(delimiter);
    expect(path.filter((entry) => entry === "/usr/bin")).toHaveLength(1);
  });

  it("reads another configuration file only where one is named, and lets the caller have the last word", () => {
    expect(make()["PULUMI_OPTION_CONFIG_FILE"]).toBeUndefined();
    const named = make({ configFile: "/some/Pulumi.dev.yaml", extra: { PULUMI_HOME: "/mine", OTHER: "x" } });
    expect(named).toMatchObject({
      PULUMI_OPTION_CONFIG_FILE: "/some/Pulumi.dev.yaml",
      PULUMI_HOME: "/mine",
      OTHER: "x",
    });
  });
});
