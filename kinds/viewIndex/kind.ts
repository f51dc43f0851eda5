import { displayName } from "../../postgres/names.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { splitComment } from "../claim.ts";
import type { Kind } from "../kind.ts";
import { isPlain } from "../materializedView/indexes/declaredIndex.ts";
import { differencesOf, isThere } from "./actual.ts";
import type { AbsentIndex, ActualIndex } from "./actual.ts";
import { describeIndexes, indexQuestions, surveyIndexes } from "./describe.ts";
import { viewIndexSchema } from "./desired.ts";
import type { DesiredIndex } from "./desired.ts";
import { foreseeIndex } from "./foresee.ts";
import { observedIndex } from "./observed.ts";
import { planIndex } from "./plan.ts";
import { preflightIndex } from "./preflight.ts";
import { recordIndex } from "./record.ts";

/** Indexes of materialized views: absent, identical, invalid, different, renamed. */
export const viewIndexKind: Kind<DesiredIndex, ActualIndex | AbsentIndex> = {
  noun: "index",
  schema: viewIndexSchema,
  id: displayName,
  located: (desired, previous) => ({ ...desired, schema: previous.schema, name: previous.name }),
  isAbsent: (actual) => !isThere(actual),
  standsIn: (actual) => isThere(actual) && actual.standsIn === true,
  ownOf: (actual, token) => {
    if (!isThere(actual) || actual.strays === undefined) return actual;
    const own = token === undefined ? undefined : actual.strays.find(({ claim }) => claim?.token === token);
    if (own !== undefined) return { ...own, isStray: true };
    return actual.declared && { isAbsent: true, declared: actual.declared };
  },
  // A swap of the view builds the index of the declared key with it.
  isSuperseded: (desired, before, actual) =>
    isThere(before) &&
    isThere(actual) &&
    before.claim !== undefined &&
    displayName(before) !== displayName(actual) &&
    actual.standsIn !== true &&
    actual.isValid &&
    differencesOf(desired, actual).length === 0,
  asks: indexQuestions,
  describe: describeIndexes,
  survey: surveyIndexes,
  surveyed: "describe/indexes",
  ownership: {
    claimOf: (actual) => (isThere(actual) ? actual.claim : undefined),
    on: "target",
    query: ({ schema, name }) => sqlStatement("describe/relation_comment", { literals: { schema, name } }),
    read: (text) => splitComment(text).claim,
  },
  plan: planIndex,
  record: (desired, actual, { serverMajor }) =>
    isPlain(desired) ||
    !isThere(actual) ||
    actual.declared?.shape === undefined ||
    differencesOf(desired, actual).length > 0
      ? undefined
      : recordIndex(desired, actual, serverMajor),
  observed: (desired, actual) => (isThere(actual) ? observedIndex(desired, actual) : desired),
  preflight: preflightIndex,
  foresee: foreseeIndex,
  relationOf: (actual) => (isThere(actual) ? actual : undefined),
  settle: (_previous, news) => Promise.resolve({ ...news, valid: true }),
};
