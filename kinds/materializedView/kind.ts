import { randomBytes } from "node:crypto";
import { displayName } from "../../postgres/names.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { splitComment } from "../claim.ts";
import type { Kind } from "../kind.ts";
import { withOnce } from "../once.ts";
import { changeOfView } from "./change/changeOfView.ts";
import { sameTree } from "./definition/parseDefinition.ts";
import { describeViews, viewQuestions } from "./describe.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import { materializedViewSchema } from "./desired.ts";
import type { DesiredView } from "./desired.ts";
import { foreseeKey } from "./foreseeKey.ts";
import { planView, UNPOPULATED } from "./plan.ts";
import { dropProblems } from "./planDrop.ts";
import { foreseeView, preflightView } from "./preflight.ts";
import { recordView, surveyViews } from "./survey.ts";
import { runSwap } from "./swap/swapRun.ts";
import { warningQuestions, warnOfView } from "./warnings.ts";

/** Materialized views: absent, identical, different in place, different in definition, renamed, unpopulated. */
export const materializedViewKind: Kind<DesiredView, ActualView | AbsentView> = {
  noun: "materialized view",
  schema: materializedViewSchema,
  id: displayName,
  located: (desired, previous) => ({ ...desired, schema: previous.schema, name: previous.name }),
  asks: viewQuestions,
  describe: describeViews,
  survey: surveyViews,
  surveyed: "describe/materialized_views",
  record: recordView,
  isAbsent: (actual) => !actual.exists,
  ownership: {
    claimOf: (actual) => (actual.exists ? actual.claim : undefined),
    claimsAlong: ({ namedJobs }) => namedJobs.map(({ claim }) => claim).filter((claim) => claim !== undefined),
    on: "target",
    query: ({ schema, name }) => sqlStatement("describe/relation_comment", { literals: { schema, name } }),
    read: (text) => splitComment(text).claim,
  },
  dropProblems,
  plan: planView,
  once: withOnce,

  observed: (desired, actual) => (actual.exists ? observedView(desired, actual) : desired),

  settle: async (previous, news) => ({
    ...news,
    definition: previous === undefined ? news.definition : await keptText(previous.definition, news.definition),
    incarnation:
      previous?.incarnation === undefined || previous.incarnation === UNPOPULATED
        ? randomBytes(6).toString("hex")
        : previous.incarnation,
  }),

  runners: { swap: runSwap },

  preflight: preflightView,
  preflightKeepsNoTransaction: true,
  foresee: foreseeView,
  relationOf: (actual) => (actual.exists ? actual : undefined),
  foreseeData: foreseeKey,
  definitionChange: changeOfView,
  warnings: warnOfView,
  warningQuestions,
};

// The parser takes longer than all else in a preview, and mostly both are the same.
async function keptText(before: string, now: string): Promise<string> {
  return before !== now && (await sameTree(before, now)) ? before : now;
}

// What a swap left behind is no property that is declared: as one more it shows, and the update removes it.
function observedView(desired: DesiredView, actual: ActualView): DesiredView & { leftovers?: string[] } {
  return {
    ...desired,
    schema: actual.schema,
    name: actual.name,
    definition: actual.verdict.outcome === "equal" ? desired.definition : actual.definition,
    ...(desired.owner === undefined ? {} : { owner: actual.owner }),
    ...(desired.comment === undefined ? {} : { comment: actual.comment ?? "" }),
    ...(desired.grants === undefined ? {} : { grants: observedGrants(desired.grants, actual) }),
    ...(desired.storageParameters === undefined
      ? {}
      : { storageParameters: observedParameters(desired.storageParameters, actual) }),
    ...(desired.tablespace === undefined ? {} : { tablespace: actual.tablespace }),
    ...(desired.accessMethod === undefined ? {} : { accessMethod: actual.accessMethod }),
    ...(actual.isPopulated ? {} : { incarnation: UNPOPULATED }),
    ...(actual.leftovers.length === 0 ? {} : { leftovers: actual.leftovers.map(displayName) }),
  };
}

// What is granted beyond the declaration is reported elsewhere and is no drift of what was declared.
function observedGrants(declared: NonNullable<DesiredView["grants"]>, actual: ActualView): DesiredView["grants"] {
  return declared
    .map(({ role, privileges }) => ({ role, privileges: privileges.filter((one) => hasGrant(actual, role, one)) }))
    .filter(({ privileges }) => privileges.length > 0);
}

function hasGrant(actual: ActualView, role: string, privilege: string): boolean {
  return actual.grants.some((grant) => grant.role === role && grant.privilege === privilege);
}

function observedParameters(declared: Record<string, string>, actual: ActualView): Record<string, string> {
  return Object.fromEntries(
    Object.keys(declared).flatMap((name) => {
      const value = actual.storageParameters[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
