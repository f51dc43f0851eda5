import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import type { RefreshedViewArgs } from "../../../components/refreshedViewArgs.ts";
import { viewIndexes } from "../../../components/viewIndexes.ts";

const of = (args: RefreshedViewArgs) => viewIndexes("mv", pulumi.output("mv"), args);

function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

describe("the indexes of a view", () => {
  test("are called by their names or columns, and not by their places", async () => {
    const { others } = of({
      indexes: [
        { name: "i_a", sql: "using gin (a)" },
        { columns: ["a", { column: "b", order: "desc" }] },
        { columns: [{ expression: "lower(a)" }] },
      ],
    });
    expect([...others.keys()]).toEqual(["i_a", "a_b", "expr"]);
    expect(await Promise.all([...others.values()].map(({ name }) => known(name)))).toEqual([
      "i_a",
      "mv_a_b_idx",
      "mv_expr_idx",
    ]);
  });

  test.each([
    [{ indexes: [{ sql: "using gin (a)" }] }, "indexes[0] has no name that is known when the program runs"],
    [{ indexes: [{ columns: pulumi.output(["a"]) }] }, "indexes[0] has no name that is known when the program runs"],
    [
      { indexes: [{ columns: ["a"] }, { columns: ["a"], where: "b" }] },
      "indexes[1] would be called as one before it is",
    ],
    [{ keyIndex: { include: ["a"] } }, "keyIndex given and uniqueKey is not"],
  ])("must have names: %#", (args, problem) => {
    expect(() => of(args)).toThrow(`RefreshedView mv: ${problem}`);
  });

  test("the key's is on its columns, unless its text says otherwise", () => {
    expect(of({ uniqueKey: ["id"] }).key).toMatchObject({ columns: ["id"], unique: true, isPlain: true });
    expect(of({ uniqueKey: ["id"], keyIndex: { include: ["a"] } }).key).toMatchObject({
      columns: ["id"],
      include: ["a"],
      isPlain: false,
    });
    expect(of({ uniqueKey: ["id"], keyIndex: { sql: "using btree (id desc)" } }).key).not.toHaveProperty("columns");
  });
});
