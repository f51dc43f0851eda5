import { describe, expect, test } from "@jest/globals";
import { materializedViewKind } from "../../../kinds/materializedView/kind.ts";
import { refreshJobKind } from "../../../kinds/refreshJob/kind.ts";
import { checkInputs } from "../../../lifecycle/checkInputs.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const view = { schema: "public", name: "mv", definition: "select 1 as a" };
const deployed = { ...view, incarnation: "0123456789ab" };
const job = {
  name: "refresh-mv",
  schedule: "*/5 * * * *",
  command: "refresh materialized view public.mv",
  active: true,
};

const checkView = (olds: Record<string, unknown>, news: Record<string, unknown>) =>
  checkInputs(materializedViewKind, olds, news);

describe("inputs that only the deploy will know", () => {
  test.each([
    ["a property", { owner: UNKNOWN }, ["owner"]],
    ["a nested one", { grants: [{ role: UNKNOWN, privileges: ["select"] }] }, ["grants"]],
    ["a list of choices", { grants: [{ role: "app", privileges: UNKNOWN }] }, ["grants"]],
    [
      "what is no text",
      { allowColumnChanges: UNKNOWN, rowCount: { min: UNKNOWN } },
      ["allowColumnChanges", "rowCount"],
    ],
    ["the definition", { definition: UNKNOWN }, ["definition"]],
    ["the name", { name: UNKNOWN }, ["name"]],
  ])("are no mistake, and the view stays the one that it was: %s", async (_what, change, unknown) => {
    const checked = await checkView(deployed, { ...view, ...change });
    expect(checked).toMatchObject({ failures: [], unknown, inputs: { ...deployed, ...change } });
  });

  test("do not hide a mistake in what is known", async () => {
    const checked = await checkView(deployed, { ...view, owner: UNKNOWN, comment: "" });
    expect(checked.failures).toEqual([{ property: "comment", reason: "is empty; leave it out to have none" }]);
    const badJob = { ...job, schedule: UNKNOWN, active: "yes" };
    expect((await checkInputs(refreshJobKind, job, badJob)).failures).toEqual([
      { property: "active", reason: "must be true or false" },
    ]);
  });
});

describe("a name that there is none of", () => {
  test.each([
    [{ dependants: "recreate" }, "dependants", "dependants is no property; did you mean dependents?"],
    [{ dependants: UNKNOWN, owner: UNKNOWN }, "dependants", "dependants is no property; did you mean dependents?"],
    [{ rowCount: { minimum: 1 } }, "rowCount.minimum", "minimum is no property; known are min, max"],
    [
      { grants: [{ roles: "app", privileges: ["select"] }] },
      "grants.0.roles",
      "roles is no property; did you mean role?",
    ],
  ])("is told with the right one: %j", async (given, property, reason) => {
    const { failures } = await checkView({}, { ...view, ...given });
    expect(failures).toContainEqual({ property, reason });
  });
});

describe("adopt", () => {
  test.each([
    ["is asked for at a creation", {}, { adopt: true }, { adopt: true }],
    ["is no change when it is set later", deployed, { adopt: true }, {}],
    ["is no change when it is taken back", { ...deployed, adopt: true }, {}, { adopt: true }],
  ])("%s", async (_what, olds, wish, kept) => {
    const { inputs } = await checkView(olds, { ...view, ...wish });
    expect("adopt" in inputs ? { adopt: inputs["adopt"] } : {}).toEqual(kept);
  });
});

describe("what an earlier convention made", () => {
  const keeps = { name: ["refresh-mv", "refresh-app-public.mv"] } as const;
  const check = async (old: string, news: string) =>
    (await checkInputs(refreshJobKind, { ...job, name: old }, { ...job, name: news }, keeps)).inputs;

  test("stays where the state has it, and nothing else does", async () => {
    expect(await check("refresh-app-public.mv", "refresh-mv")).toMatchObject({ name: "refresh-app-public.mv" });
    expect(await check("another", "refresh-mv")).toMatchObject({ name: "refresh-mv" });
    // A transform may have said another one.
    expect(await check("refresh-app-public.mv", "refresca")).toMatchObject({ name: "refresca" });
  });
});
