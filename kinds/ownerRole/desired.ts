import { z } from "zod";
import { nameSchema } from "../../postgres/nameSchema.ts";

export const ownerRoleSchema = z.strictObject({
  owner: nameSchema.refine((name) => name !== "public", { error: "public is everybody and no role" }),
  schemas: z.array(nameSchema),
  sources: z.array(z.strictObject({ schema: nameSchema, name: nameSchema })),
  observers: z.array(nameSchema),
});

/** The role that owns views and jobs, the schemas of its views, what they read, and the roles that may look. */
export type DesiredOwner = z.infer<typeof ownerRoleSchema>;
