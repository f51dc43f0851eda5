import { z } from "zod";
import { exactly } from "../../../postgres/exactly.ts";
import { nameSchema } from "../../../postgres/nameSchema.ts";

const text = z.string().refine((given) => given.trim() !== "", { error: "is empty" });
const parameters = z.record(z.string().regex(/^[a-z_][a-z0-9_]*$/, "is no parameter name"), z.string());
/** A name that is found without its schema, or one with it. */
const object = z.union([nameSchema, exactly({ schema: nameSchema, name: nameSchema })], {
  error: 'must be a name, or { schema: "...", name: "..." }',
});

const partSchema = exactly({
  column: nameSchema.optional(),
  expression: text.optional(),
  collation: object.optional(),
  operatorClass: object.optional(),
  operatorClassParameters: parameters.optional(),
  order: z.enum(["asc", "desc"], { error: 'must be "asc" or "desc"' }).optional(),
  nulls: z.enum(["first", "last"], { error: 'must be "first" or "last"' }).optional(),
}).refine(({ column, expression }) => (column === undefined) !== (expression === undefined), {
  error: "must have either column or expression",
});

export type IndexPart = z.infer<typeof partSchema>;

/** A column by its name, or a part with all that PostgreSQL knows of one; what is wrong is told of what was given. */
const elementSchema = z.unknown().superRefine((given, context) => {
  const { error } = (typeof given === "string" ? nameSchema : partSchema).safeParse(given);
  error?.issues.forEach(({ path, message }) => context.addIssue({ code: "custom", path, message }));
}) as unknown as z.ZodType<string | IndexPart>;

/** What an index is, whatever it is called and on: its parts, or the text behind `on <view>`. */
export const indexPartsShape = {
  unique: z.boolean({ error: "must be true or false" }),
  columns: z.array(elementSchema).min(1, "must list at least one column of the view").optional(),
  include: z.array(nameSchema).optional(),
  method: nameSchema.optional(),
  where: text.optional(),
  nullsNotDistinct: z.boolean({ error: "must be true or false" }).optional(),
  storageParameters: parameters.optional(),
  tablespace: nameSchema.optional(),
  statistics: z
    .array(exactly({ part: z.int().min(1), target: z.int().min(0).max(10_000) }))
    .min(1, "is empty; leave it out")
    .optional(),
  sql: text.optional(),
};

/** The declared index of a view: what a swap builds with it. */
export const declaredIndexSchema = exactly({ name: nameSchema, ...indexPartsShape });

export type DeclaredIndex = z.infer<typeof declaredIndexSchema>;

/** An index as declared, without its name. */
export type IndexParts = Omit<DeclaredIndex, "name">;

/** What contradicts itself in a declared index. */
export function partsProblem({ unique, statistics, sql, columns, ...others }: IndexParts): string | undefined {
  void [unique, statistics];
  if (sql === undefined) return columns === undefined ? "must have columns, or sql" : undefined;
  const { method, include, where, nullsNotDistinct, storageParameters, tablespace } = others;
  const beside = { columns, method, include, where, nullsNotDistinct, storageParameters, tablespace };
  const named = Object.entries(beside).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (named.length > 0) return `has sql, which says all of an index, and ${named.join(", ")} beside it: write either`;
  return /^\s*using\b/i.test(sql) ? undefined : 'has sql that does not begin with "using", e.g. using gin (tags)';
}

/** Whether it is on plain columns in their usual order and nothing else: what is compared without the server. */
export function isPlain(index: IndexParts): index is IndexParts & { readonly columns: readonly string[] } {
  const { sql, method, where, nullsNotDistinct, storageParameters, tablespace, statistics, columns = [{}] } = index;
  const rest = [sql, method, where, nullsNotDistinct, storageParameters, tablespace, statistics];
  return rest.every((one) => one === undefined) && columns.every((one) => typeof one === "string");
}

/** The columns whose values it takes once only in all rows; undefined where there are none, or only the server can tell. */
export function keyOf({ unique, columns = [{}], where }: IndexParts): string[] | undefined {
  const names = columns.map((one) => (typeof one === "string" ? one : one.column));
  return unique && where === undefined && names.every((name) => name !== undefined) ? names : undefined;
}
