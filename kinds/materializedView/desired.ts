import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";
import { refusing } from "../refreshJob/desired.ts";
import { parseDuration } from "../refreshJob/schedule/duration.ts";
import { expectedChangeSchema } from "./compare/expectedChange.ts";
import { declaredIndexSchema } from "./indexes/declaredIndex.ts";

const PRIVILEGES = ["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"] as const;

const grantSchema = exactly({
  role: nameSchema,
  privileges: z
    .array(z.enum(PRIVILEGES, { error: `must be one of ${PRIVILEGES.join(", ")}` }))
    .min(1, "must list at least one privilege, e.g. select"),
});

export const materializedViewSchema = exactly({
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
  /** Name of the unique index on `uniqueKey`, so that a view built anew has it. */
  keyIndex: nameSchema.optional(),
  /** Its other indexes, built with it likewise. */
  indexes: z.array(declaredIndexSchema).optional(),
  tablespace: nameSchema.optional(),
  accessMethod: nameSchema.optional(),
  /** What a change of the definition does to views, functions and policies that use the view. */
  dependents: z.enum(["restrict", "recreate"], { error: 'must be "restrict" or "recreate"' }).optional(),
  /** Whether a changed definition may drop columns or change their types. */
  allowColumnChanges: z.boolean({ error: "must be true or false" }).optional(),
  /** Rows of a changed view as a multiple of the rows before; outside the range it is refused. */
  rowCount: exactly({ min: z.number().nonnegative().optional(), max: z.number().positive().optional() })
    .refine(({ min = 0, max = Number.POSITIVE_INFINITY }) => min <= max, { error: "has a min greater than its max" })
    .optional(),
  /** Whether row security may keep rows of the sources from the view. */
  rowSecurity: z.enum(["refuse", "allow"], { error: 'must be "refuse" or "allow"' }).optional(),
  /** How long a changed view waits for a moment without readers. */
  swapDeadlineSeconds: z
    .number({ error: "must be a number of seconds from 1 to 3600" })
    .min(1, "must be a number of seconds from 1 to 3600")
    .max(3_600, "must be a number of seconds from 1 to 3600")
    .optional(),
  /** How long the old view stays aside after a change of the definition. */
  keepPrevious: z.string({ error: "must be a duration such as 2h" }).superRefine(refusing(parseDuration)).optional(),
  /** What a changed definition may do to the rows; proved before they are read. */
  change: expectedChangeSchema.optional(),
  incarnation: z.string().optional(),
});

/** A materialized view as declared; all names unquoted, in the case that the catalog has. */
export type DesiredView = z.infer<typeof materializedViewSchema>;
