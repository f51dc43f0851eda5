import { z } from "zod";
import { nameSchema } from "../postgres/nameSchema.ts";
import { parseSchedule } from "./schedule.ts";

export const refreshJobSchema = z.strictObject({
  name: nameSchema,
  schedule: z.string({ error: "must be a schedule such as */5 * * * *" }).superRefine((text, context) => {
    // What this server's pg_cron lacks (seconds before 1.5, $ before 1.6) is known only when it can be asked.
    const parsed = parseSchedule(text, { seconds: true, lastDay: true });
    if (!parsed.ok) context.addIssue({ code: "custom", message: parsed.problem });
  }),
  command: z
    .string()
    .refine((text) => text.trim() !== "", { error: "is empty; pg_cron would accept it and do nothing" }),
  active: z.boolean({ error: "must be true or false" }),
  database: nameSchema.optional(),
  user: nameSchema.optional(),
  incarnation: z.string().optional(),
});

/**
 * A job of pg_cron as declared. Its identity is name and user; `database` is where the command runs (the connection's
 * when left out), `user` as whom (the connecting role when left out).
 */
export type DesiredJob = z.infer<typeof refreshJobSchema>;

/** What a job is to be, with nothing left open. */
export interface ResolvedJob {
  readonly name: string;
  readonly schedule: string;
  readonly command: string;
  readonly database: string;
  readonly user: string;
  readonly isActive: boolean;
}
