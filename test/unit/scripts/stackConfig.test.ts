import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import { writeStackConfig } from "../../../scripts/toolchain/stack.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "matview-config-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const file = (): string => join(folder, "Pulumi.dev.yaml");
const read = (): Record<string, unknown> => parse(readFileSync(file(), "utf8")) as Record<string, unknown>;
const write = (config: object): void => writeStackConfig(file(), stringify({ config }));
const set = (change: (config: Record<string, unknown>) => void): void => {
  const { config, ...rest } = read() as { config: Record<string, unknown> };
  change(config);
  writeFileSync(file(), stringify({ ...rest, config, encryptionsalt: "v1:sal" }));
};

test("what a person sets and removes stays, with the salt, and what is committed later comes along", () => {
  write({ "matview:owner": "dueño", "matview:managePlatform": true, "matview:schema": "public" });
  set((config) => {
    config["matview:active"] = "false";
    config["matview:schema"] = { secure: "v1:x" };
    delete config["matview:managePlatform"];
  });
  write({ "matview:owner": "otra", "matview:managePlatform": true, "matview:schema": "public", "matview:adopt": true });
  expect(read()).toEqual({
    config: {
      "matview:owner": "otra",
      "matview:schema": { secure: "v1:x" },
      "matview:adopt": true,
      "matview:active": "false",
    },
    encryptionsalt: "v1:sal",
  });
});

test("what is no longer committed goes, unless a person changed it", () => {
  write({ "matview:a": 1, "matview:b": 1 });
  set((config) => void (config["matview:b"] = 2));
  write({});
  expect(read()).toEqual({ config: { "matview:b": 2 }, encryptionsalt: "v1:sal" });
});
