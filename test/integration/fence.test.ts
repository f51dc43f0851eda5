import { expect, test } from "@jest/globals";
import { escapeLiteral } from "pg";
import { joinComment, newClaim } from "../../kinds/claim.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { fenced } from "../../lifecycle/ownership.ts";
import { step } from "../../postgres/plan.ts";
import { capabilities } from "../support/capabilities.ts";
import { withDatabase } from "../support/database.ts";

const VIEW = { schema: "public", name: "mv", definition: "select 1 as id" };
const OURS = { project: "otra", stack: "dev", resource: "panel" };

test.each([
  ["no comment", null, true],
  ["a comment of people", 'ventas, "pulumi"', true],
  ["its own claim", joinComment("ventas", newClaim(OURS, "mine")), true],
  ["another claim", joinComment("ventas", newClaim(OURS, "other")), false],
  ["another claim behind words that look like ours", joinComment('x "token":"mine"}', newClaim(OURS, "other")), false],
  [
    "a line that looks like ours above another claim",
    `pulumi-matview: {"token":"mine"}\n\n${joinComment(null, newClaim(OURS, "other"))}`,
    false,
  ],
  ["words that only look like a claim, which the judge lets pass", "pulumi-matview: {", false],
])("the fence lets %s pass, or has it looked at", async (_what, text, passes) => {
  await withDatabase(async (database) => {
    const { client } = database;
    await client.query("create materialized view public.mv as select 1 as id");
    if (text !== null) await client.query(`comment on materialized view public.mv is ${escapeLiteral(text)}`);
    const plan = { steps: [step("drop", "public.mv", "", [])], differences: [] };
    const [guarding] = fenced(materializedViewKind, plan, [VIEW], ["mine"], capabilities()).steps;
    const guarded = client.query(guarding?.fence?.guard ?? "").then(
      () => true,
      (error: unknown) => (error as { code: string }).code !== "22012",
    );
    expect(await guarded).toBe(passes);
  });
});
