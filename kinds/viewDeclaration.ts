import { z } from "zod";

/** Rows of a view that are counted to see whether readers get what they should. */
export const spotCheckSchema = z
  .strictObject({
    /** What the check proves, e.g. "a coordinator of VEN sees VEN". */
    name: z.string().min(1),
    /** Column that is compared; left out, all rows are counted. */
    column: z.string().min(1).optional(),
    /** Value as text; left out with `live`, each value of the column is compared by itself. */
    value: z.string().optional(),
    /** How many rows there must be. */
    expected: z.number().int().nonnegative().optional(),
    /** Compare with the sources: the definition is run and its rows are counted in the same way. */
    live: z.boolean().optional(),
  })
  .superRefine((check, context) => {
    const issue = (message: string): void => context.addIssue({ code: "custom", message });
    if ((check.expected === undefined) === (check.live !== true))
      issue(`spot check "${check.name}" must have either expected (a count) or live: true`);
    if (check.value !== undefined && check.column === undefined)
      issue(`spot check "${check.name}" has a value and no column`);
    if (check.column !== undefined && check.value === undefined && check.live !== true)
      issue(`spot check "${check.name}" has a column and no value: say which value, or live: true to compare each`);
  });

/** A declared count, see `spotCheckSchema`. */
export type SpotCheck = z.infer<typeof spotCheckSchema>;

export const viewDeclarationSchema = z.object({
  view: z.string(),
  index: z.string().optional(),
  /** No unique key is declared, so that the refreshes are plain. */
  plain: z.boolean().optional(),
  job: z.string().optional(),
  schedule: z.string().optional(),
  active: z.boolean().optional(),
  stamp: z.string().optional(),
  maxAge: z.string().optional(),
  spotChecks: z.array(spotCheckSchema).optional(),
});

/** What a stack's outputs tell the `matview` command of a view: element of the output `views`. */
export type ViewDeclaration = z.infer<typeof viewDeclarationSchema>;
