import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";
import { indexPartsShape, partsProblem } from "../materializedView/indexes/declaredIndex.ts";

export const viewIndexSchema = exactly({
  schema: nameSchema,
  view: nameSchema,
  name: nameSchema,
  ...indexPartsShape,
  /** It is the one that concurrent refreshes use. */
  key: z.literal(true, { error: "must be true, or left out" }).optional(),
  valid: z.literal(true, { error: "is found, not declared: leave it out" }).optional(),
}).superRefine((index, context) => {
  const problem = partsProblem(index);
  if (problem !== undefined) context.addIssue({ code: "custom", message: `index ${index.name} ${problem}` });
});

/** An index on a materialized view as declared: a unique one on plain columns that covers all rows serves a concurrent refresh. */
export type DesiredIndex = z.infer<typeof viewIndexSchema>;
