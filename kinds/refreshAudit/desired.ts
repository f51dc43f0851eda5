import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";

/** What ends the function's body, so no name in it may hold it. */
export const BODY_QUOTE = "$matview$";

export const refreshAuditSchema = exactly({
  owner: nameSchema.refine((name) => !name.includes(BODY_QUOTE), { error: `must not contain ${BODY_QUOTE}` }),
  observers: z.array(nameSchema),
});

/** The record of refreshes by hand of a role's views, and the roles that may read it. */
export type DesiredAudit = z.infer<typeof refreshAuditSchema>;
