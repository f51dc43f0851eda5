import { displayName } from "../../postgres/names.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { splitComment } from "../claim.ts";
import type { Kind } from "../kind.ts";
import { differencesOf } from "./actual.ts";
import type { ActualIndex } from "./actual.ts";
import { describeIndexes, indexQuestions, surveyIndexes } from "./describe.ts";
import { viewIndexSchema } from "./desired.ts";
import type { DesiredIndex } from "./desired.ts";
import { foreseeIndex } from "./foresee.ts";
import { planIndex } from "./plan.ts";
import { preflightIndex } from "./preflight.ts";

/** Indexes of materialized views: absent, identical, invalid, different, renamed. */
export const viewIndexKind: Kind<DesiredIndex, ActualIndex> = {
  noun: "index",
  schema: viewIndexSchema,
  id: displayName,
  located: (desired, previous) => ({ ...desired, schema: previous.schema, name: previous.name }),
  standsIn: (actual) => actual.standsIn === true,
  ownOf: (actual, token) => {
    if (actual.strays === undefined) return actual;
    const own = token === undefined ? undefined : actual.strays.find(({ claim }) => claim?.token === token);
    return own && { ...own, isStray: true };
  },
  // A swap of the view builds the index of the declared key with it.
  isSuperseded: (desired, before, actual) =>
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
    claimOf: ({ claim }) => claim,
    on: "target",
    query: ({ schema, name }) => sqlStatement("describe/relation_comment", { literals: { schema, name } }),
    read: (text) => splitComment(text).claim,
  },
  plan: planIndex,
  observed: (desired, actual) => ({
    ...desired,
    ...(actual.isStray ? { name: actual.name } : {}),
    view: actual.view,
    columns: [...actual.columns],
    unique: actual.isUnique,
    valid: actual.isValid,
    ...(desired.include === undefined && actual.include.length === 0 ? {} : { include: [...actual.include] }),
    // What cannot be declared shows as a property that the declaration does not have.
    ...(actual.predicate === null ? {} : { predicate: actual.predicate }),
    ...(actual.method === "btree" ? {} : { method: actual.method }),
    ...(actual.isPlain ? {} : { elements: actual.definition }),
  }),
  preflight: preflightIndex,
  foresee: foreseeIndex,
  relationOf: (actual) => actual,
  settle: (_previous, news) => Promise.resolve({ ...news, valid: true }),
};
