import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import { checkout } from "../../../scripts/checkout.ts";

const SCRIPT = `
const compilers = () => Object.keys(require.cache).filter((file) => /typescript\\.js$|arborist.lib.index\\.js$/.test(file)).length;
const { serializeFunction } = require("@pulumi/pulumi/runtime");
const before = compilers();
const greeting = "hola";
serializeFunction(() => greeting + require("pg").Client.name).then(({ text }) => console.log(JSON.stringify({ before, after: compilers(), text })));
`;

function serialized(env: NodeJS.ProcessEnv): { before: number; after: number; text: string } {
  return JSON.parse(
    execFileSync(process.execPath, ["-e", SCRIPT], {
      cwd: checkout,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as {
    before: number;
    after: number;
    text: string;
  };
}

test("in a test's processes Pulumi loads the compiler where it sends a function, and does the same with it", () => {
  const usual = serialized({ ...process.env, NODE_OPTIONS: "" });
  expect(usual).toMatchObject({ before: 2, after: 2 });
  const lazy = serialized(process.env);
  expect(lazy.before).toBe(0);
  expect(lazy.text).toBe(usual.text);
});
