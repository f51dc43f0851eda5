import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { readSettings } from "../../components/settings.ts";
import { CONFIG_DEFAULTS } from "../../lifecycle/configKeys.ts";

describe("readSettings", () => {
  test("fills in every default", () => {
    expect(readSettings({})).toEqual({
      cronDatabase: undefined,
      schema: "public",
      owner: undefined,
      managePlatform: false,
      schedule: "*/5 * * * *",
      refresh: {},
      active: true,
      adopt: false,
      readers: [],
      observers: [],
      onDrift: {},
    });
  });

  test("takes what a stack says and leaves other namespaces alone", () => {
    const settings = readSettings({
      "matview:owner": "matview_owner",
      "matview:managePlatform": "true",
      "matview:active": "false",
      "matview:readers": '["app"]',
      "aws:region": "eu-west-1",
    });
    expect(settings).toMatchObject({ owner: "matview_owner", managePlatform: true, active: false, readers: ["app"] });
  });

  const BAD: readonly (readonly [key: string, value: string, message: string])[] = [
    ["active", "yes", "matview:active must be true or false"],
    ["managePlatform", "1", "matview:managePlatform must be true or false"],
    ["adopt", "", "matview:adopt must be true or false"],
    ["schema", "", 'matview:schema "" is empty'],
    ["owner", "x".repeat(64), 'matview:owner "x'],
    ["cronDatabase", "a\0b", "contains a zero byte"],
    ["readers", "app", 'matview:readers must be a list of role names such as ["app", "reports"]'],
    ["readers", '[""]', 'matview:readers must be a list of role names such as ["app", "reports"]'],
    ["schedule", "*/5 * * *", "matview:schedule schedule"],
    ["schedule", "@yearly", "matview:schedule schedule"],
    ["vacuum", "@yearly", "matview:vacuum schedule"],
    ["maxAge", "5", 'matview:maxAge duration "5" has no unit'],
    ["lockTimeout", "5 s", 'matview:lockTimeout duration "5 s" has a blank'],
    ["statementTimeout", "-1s", 'matview:statementTimeout duration "-1s" has a sign'],
    ["minAge", "0s", 'matview:minAge duration "0s" is zero'],
    ["keepRuns", "1y", 'matview:keepRuns duration "1y" uses units'],
    ["keepPrevious", "2", 'matview:keepPrevious duration "2" has no unit'],
    ["adoptDatabase", "true", "matview:adoptDatabase must name the database that the stack may be moved to"],
    ["schedul", "x", "matview:schedul is no setting; did you mean matview:schedule?"],
    ["Active", "true", "matview:Active is no setting; did you mean matview:active?"],
    ["colour", "red", "matview:colour is no setting; known are databaseUrl"],
  ];

  test.each(BAD)("refuses %s = %j", (key, value, message) => {
    expect(() => readSettings({ [`matview:${key}`]: value })).toThrow(message);
  });

  test("reports all problems at once", () => {
    expect(() => readSettings({ "matview:active": "x", "matview:adopt": "y", "matview:shema": "z" })).toThrow(
      "configuration of this stack: 3 problems\n" +
        "  - matview:shema is no setting; did you mean matview:schema?\n" +
        "  - matview:active must be true or false\n" +
        "  - matview:adopt must be true or false",
    );
  });

  test("derives the schedule from maxAge where none is given, and checks one that is", () => {
    expect(readSettings({ "matview:maxAge": "5m" })).toMatchObject({ schedule: undefined, refresh: { maxAge: "5m" } });
    expect(readSettings({ "matview:maxAge": "5m", "matview:schedule": "*/5 * * * *" }).schedule).toBe("*/5 * * * *");
    expect(() => readSettings({ "matview:maxAge": "5m", "matview:schedule": "*/6 * * * *" })).toThrow(
      'matview:maxAge schedule "*/6 * * * *" cannot hold maxAge "5m": two runs can be 6 minutes apart.',
    );
  });

  test("shows jobs to observers only where the platform is managed", () => {
    const platform = { "matview:managePlatform": "true", "matview:owner": "matview_owner" };
    expect(readSettings({ ...platform, "matview:observers": '["watcher"]' }).observers).toEqual(["watcher"]);
    expect(() => readSettings({ "matview:observers": '["watcher"]' })).toThrow(
      "matview:observers are given what they see by the platform: set matview:managePlatform to true",
    );
  });

  test("asks for the owner where the platform is managed", () => {
    expect(() => readSettings({ "matview:managePlatform": "true" })).toThrow(
      "matview:owner is empty, and matview:managePlatform is true: name the role that is to own the view, e.g. matview_owner",
    );
  });
});

describe("Pulumi.yaml", () => {
  const file = join(import.meta.dirname, "..", "..", "Pulumi.yaml");
  const { config } = parse(readFileSync(file, "utf8")) as {
    config: Record<string, { type: string; description: string; default: unknown }>;
  };

  test("types and describes every setting, with the same default", () => {
    const declared = Object.entries(config).map(([key, { default: value }]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    // A declared secret has no default, so the connection is the one key that it leaves out.
    const { databaseUrl, databases, readReplicas, ...rest } = CONFIG_DEFAULTS;
    expect([databaseUrl, databases, readReplicas]).toEqual(["", "{}", ""]);
    expect(Object.fromEntries(declared)).toEqual(rest);
    for (const { type, description } of Object.values(config)) {
      expect(type).toMatch(/^(string|boolean|array|object)$/);
      expect(description).not.toBe("");
    }
  });
});
