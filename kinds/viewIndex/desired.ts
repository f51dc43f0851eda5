import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";

export const viewIndexSchema = exactly({
  schema: nameSchema,
  view: nameSchema,
  name: nameSchema,
  columns: z.array(nameSchema).min(1, "must list at least one column of the view"),
  include: z.array(nameSchema).optional(),
  unique: z.boolean({ error: "must be true or false" }),
  valid: z.literal(true, { error: "is found, not declared: leave it out" }).optional(),
});

/**
 * An index on a materialized view as declared: plain columns, no predicate, so that a unique one serves a concurrent
 * refresh (PostgreSQL asks for a unique index on columns that covers all rows).
 */
export type DesiredIndex = z.infer<typeof viewIndexSchema>;
