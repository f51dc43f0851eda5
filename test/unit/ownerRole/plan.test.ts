import { describe, expect, test } from "@jest/globals";
import type { ActualOwner } from "../../../kinds/ownerRole/describe.ts";
import { planOwner } from "../../../kinds/ownerRole/plan.ts";
import { grantNeedSql } from "../../../kinds/ownerRole/rights.ts";
import type { Right } from "../../../kinds/ownerRole/rights.ts";
import type { Capabilities } from "../../../postgres/capabilities.ts";
import { capabilities } from "../../support/capabilities.ts";

const DESIRED = { owner: "dueño", schemas: ["public"], sources: [], observers: [] };
const ROLE = { canLogin: true, mayActAs: true, hasRights: true, mayAlter: true, mayGrant: true, attributes: [] };
const USAGE: Right = {
  on: "cron",
  what: "schema",
  schema: "",
  name: "cron",
  privilege: "usage",
  role: "dueño",
  database: "postgres",
  exists: true,
  isHeld: true,
  mayGrant: true,
  keeper: "admin",
};
const THERE: ActualOwner = {
  mayCreate: true,
  inherits: true,
  mayLetBypass: true,
  role: ROLE,
  missingObservers: [],
  mayHaveCron: true,
  own: [USAGE],
  acting: [],
  elsewhere: [],
};

function planned(
  actual: Partial<ActualOwner>,
  server: Partial<Capabilities> = {},
): { sql: string[]; refusals: string[] } {
  const { steps, refusals = [] } = planOwner({
    desired: DESIRED,
    previous: undefined,
    actual: { ...THERE, ...actual },
    capabilities: { ...capabilities(), currentUser: "deployer", isSuperuser: false, serverMajor: 15, ...server },
  });
  return { sql: steps.flatMap(({ sql }) => sql), refusals: refusals.map((line) => line.replace(/^.* run: /, "")) };
}

describe("the owner role", () => {
  test("that is there with its rights needs nothing, and nothing is planned for its end", () => {
    expect(planned({})).toEqual({ sql: [], refusals: [] });
    const end = { desired: "absent", previous: DESIRED, actual: THERE, capabilities: capabilities() } as const;
    expect(planOwner(end).steps).toEqual([]);
  });

  test("is made, joined and given its rights, as each version asks for it", () => {
    const missing = { role: null, own: [{ ...USAGE, isHeld: false }] };
    const grant = 'grant usage on schema cron to "dueño"';
    const create = 'create role "dueño" login';
    expect(planned(missing).sql).toEqual([create, 'grant "dueño" to deployer', grant]);
    expect(planned(missing, { serverMajor: 16 })).toEqual({
      sql: [create, 'grant "dueño" to deployer with inherit true, set true', grant],
      refusals: [],
    });
    expect(planned(missing, { isSuperuser: true }).sql).toEqual([create, grant]);
  });

  test("that somebody else must make or join is refused with the statements, in the order in which they can be run", () => {
    const usage = { ...USAGE, isHeld: false, mayGrant: false };
    expect(planned({ role: null, own: [usage], mayHaveCron: false }, { serverMajor: 18 }).refusals).toEqual([
      "create extension pg_cron",
      'create role "dueño" login',
      'grant "dueño" to deployer with inherit true, set true',
      'grant usage on schema cron to "dueño"',
    ]);
    const stranger = { ...ROLE, mayActAs: false, hasRights: false, mayGrant: false };
    expect(planned({ role: stranger }).refusals).toEqual(['grant "dueño" to deployer']);
    expect(planned({ missingObservers: ["vigía"] }).refusals).toEqual(['create role "vigía" login']);
  });

  test("whose rights a member does not have by itself is refused before 16 and mended from 16 on", () => {
    const role = { ...ROLE, hasRights: false };
    expect(planned({ role, inherits: false })).toEqual({
      sql: ["alter role deployer inherit"],
      refusals: ["alter role deployer inherit"],
    });
    expect(planned({ role, inherits: false }, { serverMajor: 17 })).toEqual({
      sql: ['grant "dueño" to deployer with inherit true, set true'],
      refusals: [],
    });
  });

  test("that may not log in differs, so that it is let in with adopt only", () => {
    const actual = { ...THERE, role: { ...ROLE, canLogin: false } };
    const situation = { desired: DESIRED, previous: undefined, actual, capabilities: capabilities() };
    expect(planOwner(situation).differences).toEqual([{ property: "login", declared: "true", actual: "false" }]);
    expect(planOwner(situation).steps.flatMap(({ sql }) => sql)).toEqual(['alter role "dueño" login']);
  });
});

test.each([
  [
    { what: "table", schema: 'Ventas "x"', name: "Mesa", privilege: "select" },
    'select on table "Ventas ""x"""."Mesa" to dueña',
  ],
  [{ what: "database", schema: "", name: "select", privilege: "create" }, 'create on database "select" to dueña'],
  [
    { what: "function", schema: "cron", name: "f(text, int)", privilege: "execute" },
    "execute on function cron.f(text, int) to dueña",
  ],
] as const)("grants %j with its names escaped", (need, text) => {
  expect(grantNeedSql({ on: "target", role: "dueña", ...need })).toBe(`grant ${text.replace("dueña", '"dueña"')}`);
});
