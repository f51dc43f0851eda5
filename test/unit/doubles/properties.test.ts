import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compareProperties } from "../../doubles/diffResponse.ts";
import { open, secret, toStruct, fromStruct, type Properties } from "../../doubles/values.ts";

const properties = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z.]{1,3}$/), tie("value"), { maxKeys: 3 }),
    ),
  })).value,
) as fc.Arbitrary<Properties>;

describe("the stand-ins' comparison of properties", () => {
  it("finds nothing between a thing and itself, and something between two that differ", () => {
    fc.assert(fc.property(properties, (one) => expect(compareProperties(one, structuredClone(one))).toEqual([])));
    fc.assert(
      fc.property(properties, properties, (one, other) => {
        fc.pre(JSON.stringify(open(one)) !== JSON.stringify(open(other)));
        const [there, back] = [compareProperties(one, other), compareProperties(other, one)];
        expect(there.map(({ path }) => path)).toEqual(back.map(({ path }) => path));
      }),
    );
  });

  it("sees that a value became secret", () => {
    expect(compareProperties({ a: { b: "x" } }, { a: { b: secret("x") } })).toEqual([{ path: "a.b", kind: "update" }]);
  });
});

describe("the properties on the wire", () => {
  it("come back as they were sent", () => {
    fc.assert(fc.property(properties, (sent) => expect(fromStruct(toStruct(sent))).toEqual(sent)));
  });
});
