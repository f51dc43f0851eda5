import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";

export const ownerRoleSchema = exactly({
  owner: nameSchema.refine((name) => name !== "public", { error: "public is everybody and no role" }),
  schemas: z.array(nameSchema),
  sources: z.array(exactly({ schema: nameSchema, name: nameSchema })),
  observers: z.array(nameSchema),
  bypassRowSecurity: z.boolean({ error: "must be true or false" }).optional(),
});

/** The role that owns views and jobs, the schemas of its views, what they read, and the roles that may look. */
export type DesiredOwner = z.infer<typeof ownerRoleSchema>;
