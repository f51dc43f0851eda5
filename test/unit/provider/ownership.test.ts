import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { entryOf, joinCommand, joinComment, newClaim, splitCommand, splitComment } from "../../../kinds/claim.ts";
import type { Claim, Entry } from "../../../kinds/claim.ts";
import { aliasLine, tenureAtCreate, tenureLater } from "../../../lifecycle/ownership.ts";

const COMPONENT = "matview:index:RefreshedView";
const VIEW = "pulumi-nodejs:dynamic/matview:MaterializedView";
const entry: Entry = { project: "ventas", stack: "prod", parents: COMPONENT, resource: "tablero" };
const claim = (rest: Partial<Claim> = {}): Claim => ({ ...newClaim(entry, "t1"), ...rest });

describe("an entry", () => {
  test.each([
    [`urn:pulumi:prod::ventas::${COMPONENT}$${VIEW}::tablero`, entry],
    [`urn:pulumi:prod::ventas::${VIEW}::a::b`, { project: "ventas", stack: "prod", resource: "a::b" }],
    [`urn:pulumi:prod::ventas::acme:x:Y$${COMPONENT}$${VIEW}::tablero`, { ...entry, parents: `acme:x:Y$${COMPONENT}` }],
  ])("is what its URN says: %s", (urn, expected) => {
    expect(entryOf(urn)).toEqual(expected);
  });
});

describe("a claim", () => {
  const names = fc.record({
    project: fc.string(),
    stack: fc.string(),
    resource: fc.oneof(fc.string(), fc.constantFrom("*/ drop table x; /*", "a\nb", "--", '"; /* */', "\u2028", "$$")),
    parents: fc.option(fc.string(), { nil: undefined }),
  });

  test("comes off a comment as it was put on, and leaves the comment as it was", () => {
    fc.assert(
      fc.property(names, fc.string({ minLength: 1 }), (from, text) => {
        const whole = newClaim(from);
        expect(splitComment(joinComment(text, whole))).toEqual({ comment: text, claim: whole });
        expect(splitComment(joinComment(null, whole))).toEqual({ comment: null, claim: whole });
        expect(joinComment(text, undefined)).toBe(text);
      }),
    );
  });

  test("comes off a command as it was put on, and neither ends nor opens an SQL comment", () => {
    fc.assert(
      fc.property(names, fc.string({ minLength: 1 }), (from, command) => {
        const whole = newClaim(from);
        const joined = joinCommand(command, whole);
        expect(splitCommand(joined)).toEqual({ text: command, claim: whole });
        const tail = joined.slice(command.length + 3, -2);
        expect(tail).not.toMatch(/\*\/|\/\*|\n/);
      }),
    );
  });

  test.each([
    ["nothing of ours", "se actualiza cada 5 minutos"],
    ["a line that only looks like it", "pulumi-matview: {not json}"],
    ["a line without a token", 'pulumi-matview: {"project":"a"}'],
    ["a line that is not the last", 'pulumi-matview: {"token":"a","project":"b","stack":"c","resource":"d"}\nmore'],
  ])("is not read from %s", (_what, text) => {
    expect(splitComment(text)).toEqual({ comment: text, claim: undefined });
  });
});

describe("who manages an object", () => {
  const own = { entry };
  const twin = { ...entry, resource: "panel" };
  const stranger = claim({ project: "otra" });

  test.each([
    ["nobody", undefined, false, "free"],
    ["the entry itself, its state lost", claim(), false, "own"],
    ["another entry of the stack", claim({ resource: "panel" }), false, "taken over"],
    ["the same name below another parent", claim({ parents: undefined }), false, "taken over"],
    ["another project", stranger, false, "refused"],
    ["another stack", claim({ stack: "dev" }), false, "refused"],
    ["another project, with adopt", stranger, true, "taken over"],
  ] as const)("at a create: %s", (_who, holder, adopt, is) => {
    expect(tenureAtCreate(holder, own, adopt).is).toBe(is);
  });

  test.each([
    ["nobody, with a token", undefined, { entry, token: "t1" }, "free"],
    ["nobody, from before there were tokens", undefined, { entry }, "free"],
    ["the entry, by its token", claim(), { entry, token: "t1" }, "own"],
    ["the entry, by its token, after the stack was renamed", claim({ stack: "old" }), { entry, token: "t1" }, "own"],
    ["the entry's successor under the same name", claim({ token: "t2" }), { entry, token: "t1" }, "lost"],
    ["another one", claim({ token: "t2", resource: "panel" }), { entry, token: "t1" }, "lost"],
    ["another one, from before there were tokens", claim({ token: "t2" }), { entry: twin }, "lost"],
    ["the entry, its state from before there were tokens", claim(), { entry }, "own"],
    ["somebody, and nothing is known of who asks", claim(), {}, "lost"],
  ] as const)("later: %s", (_who, holder, deployer, is) => {
    expect(tenureLater(holder, deployer).is).toBe(is);
  });
});

describe("the alias of a takeover", () => {
  const urn = (parents: string, name: string): string => `urn:pulumi:prod::ventas::${parents}${VIEW}::${name}`;

  test.each([
    ["a renamed component", claim(), urn(`${COMPONENT}$`, "panel"), '[{ name: "tablero" }]'],
    [
      "a component below another parent",
      claim(),
      urn(`acme:x:Y$${COMPONENT}$`, "tablero"),
      `["urn:pulumi:prod::ventas::${COMPONENT}::tablero"]`,
    ],
    [
      "a component taken out of its parent",
      claim({ parents: `acme:x:Y$${COMPONENT}` }),
      urn(`${COMPONENT}$`, "tablero"),
      `["urn:pulumi:prod::ventas::acme:x:Y$${COMPONENT}::tablero"]`,
    ],
    ["a resource of its own, renamed", claim({ parents: undefined }), urn("", "panel"), '[{ name: "tablero" }]'],
    [
      "a resource of its own, below a parent",
      claim({ parents: undefined }),
      urn("acme:x:Y$", "tablero"),
      '[{ name: "tablero", parent: pulumi.rootStackResource }]',
    ],
    [
      "a resource of its own, taken out of its parent",
      claim({ parents: "acme:x:Y" }),
      urn("", "tablero"),
      `["urn:pulumi:prod::ventas::acme:x:Y$${VIEW}::tablero"]`,
    ],
  ])("of %s", (_what, from, to, alias) => {
    expect(aliasLine(from, to)).toBe(`to make it a plain rename, give it the option aliases: ${alias}`);
  });

  test("of what a component makes is the component's", () => {
    const key =
      "urn:pulumi:prod::ventas::matview:index:RefreshedView$pulumi-nodejs:dynamic/matview:ViewIndex::panel-key";
    expect(aliasLine(claim({ resource: "tablero-key" }), key)).toBeUndefined();
  });
});
