import { z } from "zod";
import { exactly } from "../postgres/exactly.ts";

// Written by hand: the types of a program's checker know nothing of zod.

/** Rows of a view that are counted to see whether readers get what they should. */
export interface SpotCheck {
  /** What the check proves, e.g. "a coordinator of VEN sees VEN". */
  name: string;
  /**
   * Column that is compared.
   * @default all rows are counted
   */
  column?: string | undefined;
  /**
   * Value as text. It needs `column`.
   * @default with `live`, each value of the column is compared by itself
   */
  value?: string | undefined;
  /** How many rows there must be. Either this or `live`. */
  expected?: number | undefined;
  /**
   * Compare with the sources: the definition is run and its rows are counted in the same way.
   * @default false
   */
  live?: boolean | undefined;
}

/** What a stack's outputs tell the `matview` command of a view: element of the output `views`. */
export interface ViewDeclaration {
  /** Qualified name. */
  view: string;
  /** Name of the connection, where the program has several databases. */
  connection?: string | undefined;
  /** The program gives the database's URL itself, so that the stack's state alone has it. */
  hasOwnUrl?: boolean | undefined;
  /** Database that holds pg_cron, where the program says so. */
  cronDatabase?: string | undefined;
  /** Name of the unique index. */
  index?: string | undefined;
  /** No unique key is declared, so that the refreshes are plain. */
  plain?: boolean | undefined;
  /** Name of the job. */
  job?: string | undefined;
  /** When the job runs. */
  schedule?: string | undefined;
  /** Whether it may run. */
  active?: boolean | undefined;
  /** As the argument of the same name. */
  stamp?: string | undefined;
  /** As the argument of the same name. */
  maxAge?: string | undefined;
  /** As the argument of the same name. */
  rowSecurity?: "refuse" | "allow" | undefined;
  /** As the argument of the same name. */
  spotChecks?: SpotCheck[] | undefined;
}

/** @internal */
export const spotCheckSchema = exactly({
  name: z.string().min(1),
  column: z.string().min(1).optional(),
  value: z.string().optional(),
  expected: z.number().int().nonnegative().optional(),
  live: z.boolean().optional(),
}).superRefine((check, context) => {
  const issue = (message: string): void => context.addIssue({ code: "custom", message });
  if ((check.expected === undefined) === (check.live !== true))
    issue(`spot check "${check.name}" must have either expected (a count) or live: true`);
  if (check.value !== undefined && check.column === undefined)
    issue(`spot check "${check.name}" has a value and no column`);
  if (check.column !== undefined && check.value === undefined && check.live !== true)
    issue(`spot check "${check.name}" has a column and no value: say which value, or live: true to compare each`);
});

/** @internal */
export const spotChecksSchema = z.array(spotCheckSchema);

/** @internal */
export const viewDeclarationSchema: z.ZodType<ViewDeclaration> = z.object({
  view: z.string(),
  connection: z.string().optional(),
  hasOwnUrl: z.boolean().optional(),
  cronDatabase: z.string().optional(),
  index: z.string().optional(),
  plain: z.boolean().optional(),
  job: z.string().optional(),
  schedule: z.string().optional(),
  active: z.boolean().optional(),
  stamp: z.string().optional(),
  maxAge: z.string().optional(),
  rowSecurity: z.enum(["refuse", "allow"]).optional(),
  spotChecks: spotChecksSchema.optional(),
});
