import { z } from "zod";
import { nameSchema } from "../postgres/nameSchema.ts";

const PRIVILEGES = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"] as const;

export const grantSchema = z.strictObject({
  role: nameSchema,
  privileges: z
    .array(z.enum(PRIVILEGES, { error: `must be one of ${PRIVILEGES.join(", ")}` }))
    .min(1, "must list at least one privilege, e.g. select"),
});

export const materializedViewSchema = z.strictObject({
  schema: nameSchema,
  name: nameSchema,
  definition: z.string({ error: "must be the text of one SELECT" }).refine((text) => text.trim() !== "", {
    error: "is empty; it must be the text of one SELECT",
  }),
  uniqueKey: z.array(nameSchema).optional(),
  job: nameSchema.optional(),
  owner: nameSchema.optional(),
  comment: z.string().min(1, "is empty; leave it out to have none").optional(),
  grants: z.array(grantSchema).optional(),
  storageParameters: z.record(z.string().regex(/^[a-z_][a-z0-9_.]*$/, "is no parameter name"), z.string()).optional(),
  incarnation: z.string().optional(),
});

/** A materialized view as declared; all names unquoted, in the case that the catalog has. */
export type DesiredView = z.infer<typeof materializedViewSchema>;
