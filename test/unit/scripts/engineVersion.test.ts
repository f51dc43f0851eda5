import { describe, expect, it } from "@jest/globals";
import { isAtLeast, minimumVersion } from "../../../scripts/toolchain/installedEngine.ts";

describe("the version of an installed engine", () => {
  it.each(["3.226.0", "3.226.1", "3.259.0", "4.0.0", "3.1000.0", "3.230.0-dev.1+abc"])(
    "%s is new enough",
    (version) => {
      expect(isAtLeast(version, minimumVersion)).toBe(true);
    },
  );

  it.each(["3.225.9", "3.99.0", "2.999.0", "", "unknown", "3"])("'%s' is not", (version) => {
    expect(isAtLeast(version, minimumVersion)).toBe(false);
  });
});
