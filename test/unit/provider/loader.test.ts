import { describe, expect, test } from "@jest/globals";
import { loaderText } from "../../../provider/loader.ts";

describe("the text that Pulumi stores as __provider", () => {
  // Pinned: a text that changes would be a change of every resource in every state.
  test("is this one line for as long as states exist", () => {
    expect(loaderText("materializedView")).toBe(
      'exports.handler=()=>require("node:module").createRequire(process.cwd()+"/package.json")("pulumi-matview/provider").materializedView',
    );
  });

  test.each(["materializedView", "viewIndex", "refreshJob", "refreshAudit", "runtimeObjects"] as const)(
    "is under 200 bytes for %s",
    (kind) => {
      expect(Buffer.byteLength(loaderText(kind))).toBeLessThan(200);
    },
  );
});
