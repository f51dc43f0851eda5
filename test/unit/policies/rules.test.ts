import { describe, expect, test } from "@jest/globals";
import { violations } from "../../../policies/rules.ts";
import type { PolicyResource } from "../../../policies/rules.ts";

const view: PolicyResource = {
  kind: "materialized view",
  id: "public.mv",
  declared: { schema: "public", name: "mv", owner: "mv_owner", job: "refresh-mv", uniqueKey: ["id"] },
};
const job: PolicyResource = {
  kind: "refresh job",
  id: "refresh-mv",
  declared: { name: "refresh-mv", schedule: "*/5 * * * *", active: true },
};

function broken(stack: string, resource: PolicyResource, settings = {}): string[] {
  return violations(stack, [resource], settings).map(({ rule, message }) => `${rule}: ${message}`);
}

describe("the rules", () => {
  test("are kept by a view and a job as they should be", () => {
    expect(violations("prod", [view, job])).toEqual([]);
  });

  test("let no readers wait and no data be lost in production, and elsewhere do", () => {
    const risky = { ...view, steps: [{ action: "drop", target: "public.mv", risk: "data gone" }] };
    expect(broken("prod", risky)).toEqual([
      'no-readers-wait: drop public.mv has the risk "data gone": do it in a maintenance window, by hand',
    ]);
    expect(broken("dev", risky)).toEqual([]);
    const brief = { ...view, steps: [{ action: "swap", target: "public.mv", risk: "brief lock" }] };
    expect(broken("prod", brief)).toEqual([]);
  });

  test("limit how often a job runs, by its schedule", () => {
    const often = { ...job, declared: { ...job.declared, schedule: "30 seconds" } };
    expect(broken("dev", often)).toEqual([
      "max-runs-per-day: runs 2880 times a day, and 1440 are allowed: choose a longer interval",
    ]);
    expect(broken("dev", often, { maxRunsPerDay: 2_880 })).toEqual([]);
    expect(broken("dev", job, { maxRunsPerDay: 287 })).toHaveLength(1);
    expect(broken("dev", { ...often, declared: { ...often.declared, active: false } })).toEqual([]);
  });

  test("want an active job in production", () => {
    const paused = { ...job, declared: { ...job.declared, active: false } };
    expect(broken("prod", paused)).toEqual([
      "job-active: is declared inactive, so that the view grows old: set active to true",
    ]);
    expect(broken("staging", paused)).toEqual([]);
  });

  test("want a unique key where a job refreshes the view in production", () => {
    const { uniqueKey, ...keyless } = view.declared ?? {};
    expect(uniqueKey).toEqual(["id"]);
    expect(broken("dev", { ...view, declared: keyless })).toEqual([]);
    expect(broken("prod", { ...view, declared: keyless })).toEqual([
      "unique-key-declared: is refreshed by a job and names no unique key: declare uniqueKey, or every refresh locks readers out",
    ]);
  });

  test("let no role of an API read the view, by declaration or by what the database says", () => {
    const grants = [{ role: "anon", privileges: ["select"] }];
    const message =
      "not-exposed: can be read as anon, and row security does not hold for a materialized view: revoke it";
    expect(broken("dev", { ...view, declared: { ...view.declared, grants } })).toEqual([message]);
    expect(broken("dev", { ...view, facts: { ownerIsSuperuser: false, readableBy: ["anon"] } })).toEqual([message]);
    expect(broken("dev", { ...view, declared: { ...view.declared, grants } }, { apiRoles: [] })).toEqual([]);
  });

  test("want a deploy that is not refused", () => {
    expect(broken("dev", { ...view, refusals: ["no such owner", "no such schema"] })).toEqual([
      "deployable: cannot be deployed: no such owner; no such schema",
    ]);
  });

  test("want no superuser as owner, by name or by what the database says", () => {
    const owned = { ...view, declared: { ...view.declared, owner: "postgres" } };
    expect(broken("dev", owned)).toEqual([
      "owner-not-superuser: is owned by postgres, a superuser: set owner to a role that may only read the sources",
    ]);
    expect(broken("dev", { ...owned, facts: { ownerIsSuperuser: false, readableBy: [] } })).toEqual([]);
    expect(broken("dev", { ...view, facts: { ownerIsSuperuser: true, readableBy: [] } })).toHaveLength(1);
  });
});
