import { expect, test } from "@jest/globals";
import { unmetRequirement } from "../../../provider/requirements.ts";

const self = { version: "0.2.0", folder: "/app/node_modules/pulumi-matview" };
const enough = { node: "20.19.0", pulumi: "3.200.0" };

test("takes what is new enough, and the same version from two folders", () => {
  expect(unmetRequirement(enough, self)).toBeUndefined();
  expect(unmetRequirement({ node: "24.1.0", pulumi: "3.1000.0" }, self, { ...self, folder: "/other" })).toBeUndefined();
});

test("names a Node.js that is too old and the one that is needed", () => {
  expect(unmetRequirement({ ...enough, node: "20.9.0" }, self)).toBe(
    "pulumi-matview needs Node.js 20.19.0 or newer, and this is 20.9.0: install a newer one.",
  );
});

test("names a @pulumi/pulumi that is too old and how to get a newer one", () => {
  expect(unmetRequirement({ ...enough, pulumi: "3.99.1" }, self)).toBe(
    "pulumi-matview needs @pulumi/pulumi 3.200.0 or newer, and this program has 3.99.1: npm install @pulumi/pulumi@latest",
  );
});

test("refuses two versions in one program, with the folder of each", () => {
  expect(
    unmetRequirement(enough, self, { version: "0.1.0", folder: "/app/node_modules/views/node_modules/pulumi-matview" }),
  ).toBe(
    "this program loads pulumi-matview twice, 0.1.0 from /app/node_modules/views/node_modules/pulumi-matview and 0.2.0 from " +
      "/app/node_modules/pulumi-matview, and the engine would run one of them for both: have all packages take the same version " +
      "(npm ls pulumi-matview tells who asks for which).",
  );
});
