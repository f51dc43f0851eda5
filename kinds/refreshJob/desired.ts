import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";
import type { Claim } from "../claim.ts";
import { parseDuration } from "./schedule/duration.ts";
import { checkMaxAge } from "./schedule/scheduleFromMaxAge.ts";
import { parseSchedule, readSchedule } from "./schedule.ts";

/** Refuses a text with the words of whoever reads it. */
export function refusing(
  read: (text: string) => { readonly ok: true } | { readonly ok: false; readonly problem: string },
) {
  return (text: string, context: z.core.$RefinementCtx): void => {
    const parsed = read(text);
    if (!parsed.ok) context.addIssue({ code: "custom", message: parsed.problem });
  };
}

const jobProperties = exactly({
  name: nameSchema,
  // What this server's pg_cron lacks (seconds before 1.5, $ before 1.6) is known only when it can be asked.
  schedule: z.string({ error: "must be a schedule such as */5 * * * *" }).superRefine(refusing(parseSchedule)),
  command: z
    .string()
    .refine((text) => text.trim() !== "", { error: "is empty; pg_cron would accept it and do nothing" }),
  active: z.boolean({ error: "must be true or false" }),
  database: nameSchema.optional(),
  user: nameSchema.optional(),
  statementTimeoutMs: z
    .int({ error: "must be a whole number of milliseconds" })
    .min(1_000, { error: "is shorter than a second; write milliseconds" })
    .optional(),
  maxAge: z.string().superRefine(refusing(parseDuration)).optional(),
  incarnation: z.string().optional(),
});

export const refreshJobSchema = jobProperties.superRefine(({ schedule, maxAge }, context) => {
  const parsed = readSchedule(schedule);
  if (parsed === undefined || maxAge === undefined || !parseDuration(maxAge).ok) return;
  const problem = checkMaxAge(parsed, maxAge);
  if (problem !== undefined) context.addIssue({ code: "custom", path: ["maxAge"], message: problem });
});

/**
 * A job of pg_cron as declared. Its identity is name and user; `database` is where the command runs (the connection's
 * when left out), `user` as whom (the connecting role when left out), `maxAge` how old what it refreshes may become.
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
  /** Who manages it: stands behind the command. */
  readonly claim?: Claim | undefined;
}
