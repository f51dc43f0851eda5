import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import type { Plan } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { oneByOne } from "../kind.ts";
import type { Kind, Situation } from "../kind.ts";
import { sourceNeeds } from "../ownerRole/needs.ts";
import { grantSteps } from "../ownerRole/plan.ts";
import { describeRights, lackingRights, missingRights, rightText } from "../ownerRole/rights.ts";
import type { Right } from "../ownerRole/rights.ts";

const sourceGrantSchema = exactly({ owner: nameSchema, schema: nameSchema, objects: z.array(nameSchema) });

/** What a role reads in one schema. */
export type DesiredGrant = z.infer<typeof sourceGrantSchema>;

/** The right to use the schema, then to select from each object. */
type ActualGrant = readonly Right[];

/** A role's right to read its sources: what is missing is added, nothing is taken away. */
export const sourceGrantKind: Kind<DesiredGrant, ActualGrant> = {
  noun: "rights on sources",
  schema: sourceGrantSchema,
  id: ({ owner, schema }) => `${schema} for ${owner}`,
  located: (desired) => desired,
  describe: oneByOne(describeGrant),
  plan: planGrant,
  observed: (desired, rights) => {
    const [usage, ...selects] = rights;
    return {
      ...desired,
      objects: desired.objects.filter((_name, index) => selects[index]?.isHeld === true),
      ...(usage === undefined || lackingRights([usage]).length === 0 ? {} : { missing: rightText(usage) }),
    };
  },
};

function describeGrant(session: Session, { owner, schema, objects }: DesiredGrant): Promise<ActualGrant> {
  const sources = objects.map((name) => ({ schema, name }));
  return describeRights(session, sourceNeeds(owner, sources));
}

// At its end nothing is planned: the role may have had the rights before, and others may have it in use.
function planGrant({ desired, actual }: Situation<DesiredGrant, ActualGrant>): Plan {
  if (desired === "absent" || actual === undefined) return CONVERGED;
  const refusals = missingRights(actual);
  return {
    steps: grantSteps(desired.owner, lackingRights(actual)),
    differences: [],
    ...(refusals.length === 0 ? {} : { refusals }),
  };
}
