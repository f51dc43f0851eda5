import { z } from "zod";
import { nameProblem } from "./names.ts";

/** A name that PostgreSQL keeps as it is: not empty, at most 63 bytes. */
export const nameSchema = z.string({ error: "must be a name" }).superRefine((name, context) => {
  const problem = nameProblem(name);
  if (problem !== undefined) context.addIssue({ code: "custom", message: `${JSON.stringify(name)} ${problem}` });
});
