import { sqlName } from "../../postgres/names.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { oneByOne } from "../kind.ts";
import type { Kind } from "../kind.ts";
import { hiddenText, unhideText } from "../sources.ts";
import type { HiddenSource } from "../sources.ts";
import { describeOwner } from "./describe.ts";
import type { ActualOwner } from "./describe.ts";
import { ownerRoleSchema } from "./desired.ts";
import type { DesiredOwner } from "./desired.ts";
import { bypasses, planOwner } from "./plan.ts";
import { rightText } from "./rights.ts";

/** The role that owns views and jobs: made where it is missing, taken over where it is there, never dropped. */
export const ownerRoleKind: Kind<DesiredOwner, ActualOwner> = {
  noun: "owner role",
  schema: ownerRoleSchema,
  id: ({ owner }) => owner,
  // Another owner is another role; the one before stays.
  located: (desired) => desired,
  describe: oneByOne(describeOwner),
  isAbsent: ({ role }) => role === null,
  plan: planOwner,
  // What depends on who looks, such as whether it may act as the role, is no drift.
  observed: (desired, { role, own }) => {
    const isHidden = desired.bypassRowSecurity === true && !bypasses(role?.attributes ?? []);
    const lacking = own.filter(({ isHeld }) => !isHeld);
    return {
      ...desired,
      ...(role?.canLogin === false ? { login: false } : {}),
      ...(isHidden ? { bypassRowSecurity: false } : {}),
      ...(lacking.length === 0 ? {} : { missing: lacking.map(rightText).join(", ") }),
    };
  },
  warnings: async (session, desired) => {
    const { owner, sources, bypassRowSecurity } = desired;
    const [{ role }, hidden] = await Promise.all([
      describeOwner(session, desired),
      session.target.query<HiddenSource>(sqlText("describe/hidden_sources"), [null, owner, null, sources.map(sqlName)]),
    ]);
    const attributes = (role?.attributes ?? []).filter((one) => bypassRowSecurity !== true || one !== "bypassrls");
    return [
      ...(attributes.length === 0
        ? []
        : [
            `the role has more than the module would give it, and keeps it: ${attributes.join(", ")}; its views and jobs run with that`,
          ]),
      ...(bypassRowSecurity === true
        ? []
        : hidden.rows.map(
            (source) => `${hiddenText(source)}: ${unhideText(source)}, or set bypassRowSecurity of the Platform`,
          )),
    ];
  },
};
