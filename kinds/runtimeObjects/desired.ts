import { z } from "zod";
import { exactly } from "../../postgres/exactly.ts";
import { nameSchema } from "../../postgres/nameSchema.ts";

export const runtimeObjectsSchema = exactly({
  owner: nameSchema,
  observers: z.array(nameSchema),
});

/** Functions by which some roles see the jobs and runs of another: in schema `matview` of pg_cron's database. */
export type DesiredRuntime = z.infer<typeof runtimeObjectsSchema>;
