import { z } from "zod";
import { exactly } from "../../../postgres/exactly.ts";
import { nameSchema } from "../../../postgres/nameSchema.ts";
import type { AllowedChange, RowLimit } from "../../../postgres/swap.ts";
import { count, named } from "../../quantities.ts";
import type { ColumnChanges } from "./columns.ts";
import type { RowComparison } from "./compareRows.ts";
import type { Volatility } from "./volatileColumns.ts";

const SHARE = /^(\d+(?:\.\d+)?) ?%$/;
const ANY = "any";

const LIMIT = 'must be a number of rows, a share of the rows before such as "1 %", or "any"';

const limitSchema = limitsOf((limit) => isLimit(limit), `${LIMIT}; a share is at most 100 %`);
/** As many rows as there were may come several times. */
const addedSchema = limitsOf((limit) => isLimit(limit, Number.POSITIVE_INFINITY), LIMIT);

function limitsOf(is: (limit: RowLimit) => boolean, error: string): z.ZodType<RowLimit> {
  return z.union([z.number(), z.string()], { error }).refine(is, { error });
}

function isLimit(limit: RowLimit, most = 100): boolean {
  if (typeof limit === "number") return Number.isInteger(limit) && limit >= 0;
  return limit === ANY || Number(SHARE.exec(limit)?.[1] ?? Number.NaN) <= most;
}

const CHANGED =
  'must be columns such as ["etapa"], columns with a limit each such as { etapa: "1 %" }, or one limit such as 41 or "1 %"';

/** What a change of a definition may do to the rows. What is left out may not happen. */
export const expectedChangeSchema = exactly(
  {
    /** That no row goes, comes or changes. */
    rows: z.literal("same", { error: 'must be "same"; say with gone, added and changed what may differ' }).optional(),
    gone: limitSchema.optional(),
    added: addedSchema.optional(),
    changed: z
      .union([z.array(nameSchema), z.number(), z.string(), z.record(nameSchema, limitSchema)], { error: CHANGED })
      .refine((changed) => (typeof changed === "object" ? Object.keys(changed).length > 0 : isLimit(changed)), CHANGED)
      .optional(),
  },
  'must be an object such as { rows: "same" } or { gone: "1 %", changed: ["etapa"] }',
).superRefine(({ rows, ...others }, context) => {
  const isAnyOther = Object.values(others).some((value) => value !== undefined);
  if (rows === undefined && !isAnyOther)
    context.addIssue({ code: "custom", message: 'is empty; write { rows: "same" } where nothing may differ' });
  if (rows !== undefined && isAnyOther)
    context.addIssue({ code: "custom", message: 'has rows: "same", which leaves nothing to gone, added and changed' });
});

export type ExpectedChange = z.infer<typeof expectedChangeSchema>;

/** What is declared, with what is meant by what is left out. */
export function allowedChange({ gone = 0, added = 0, changed = 0 }: ExpectedChange): AllowedChange {
  if (Array.isArray(changed)) return { gone, added, changed: ANY, columns: changed.map((name) => [name, ANY]) };
  if (typeof changed === "object") return { gone, added, changed: ANY, columns: Object.entries(changed) };
  return { gone, added, changed };
}

/** What a part of the rows can be more than already: a number, and no share, which may be another of all of them. */
export function withoutShares({ gone, added, changed, columns }: AllowedChange): AllowedChange {
  const of = (limit: RowLimit): RowLimit => (typeof limit === "number" ? limit : ANY);
  const all = { gone: of(gone), added: of(added), changed: of(changed) };
  return columns === undefined ? all : { ...all, columns: columns.map(([name, limit]) => [name, of(limit)]) };
}

/** Whether it says how many rows may change, and not in which columns alone: then rows must be told apart by a key. */
export function countsChanges({ changed, columns }: AllowedChange): boolean {
  return columns === undefined ? changed !== 0 && changed !== ANY : columns.some(([, limit]) => limit !== ANY);
}

/** What is allowed, for a preview: "no row goes, at most 1 % come, none changes but in etapa". */
export function allowedText({ gone, added, changed, columns }: AllowedChange): string {
  if ([gone, added, changed].every((limit) => limit === 0) && columns === undefined)
    return "no row goes, comes or changes";
  const within = (columns ?? []).map(([name, limit]) =>
    limit === ANY ? name : `${name} (at most ${limitText(limit)})`,
  );
  return [
    limited(gone, "goes", "go"),
    limited(added, "comes", "come"),
    columns === undefined ? limited(changed, "changes", "change") : `none changes but in ${within.join(", ")}`,
  ]
    .join(", ")
    .replace(/^none/, "no row");
}

function limited(limit: RowLimit, one: string, many: string): string {
  if (limit === ANY) return `any number ${many}`;
  return limit === 0 ? `none ${one}` : `at most ${limitText(limit)} ${limit === 1 ? one : many}`;
}

function mayText(limit: RowLimit): string {
  return limit === 0 ? "none may" : `at most ${limitText(limit)} may`;
}

function limitText(limit: RowLimit): string {
  return typeof limit === "number" ? count(limit) : limit.replace(/ ?%$/, " %");
}

function mostOf(limit: RowLimit, rowsBefore: number): number {
  if (typeof limit === "number") return limit;
  if (limit === ANY) return Number.POSITIVE_INFINITY;
  // 18.4 % of 375 are 69 rows, and not the 68.99999999999999 that floating point makes of them.
  return Number(((rowsBefore * Number(SHARE.exec(limit)?.[1])) / 100).toFixed(6));
}

/** What was found that is not allowed, each as a sentence without a value of a row; empty where all is as it was expected. */
export function unexpectedIn(
  allowed: AllowedChange,
  found: Pick<RowComparison, "rows" | "columns" | "key" | "whyNoKey">,
  { columns: volatile, isOfRows, functions }: Volatility,
): string[] {
  const { gone, added, changed, columns } = allowed;
  const { before, ...rows } = found.rows;
  const limits = new Map(columns);
  const isAllowed = (name: string): boolean => limits.has(name) || (columns === undefined && changed === ANY);
  const much = (rows: number, limit: RowLimit, one: string, many: string): string[] =>
    rows <= mostOf(limit, before)
      ? []
      : [`${count(rows)} of ${counted(before)} ${rows === 1 ? one : many}, where ${mayText(limit)}`];
  const called = functions.join(", ");
  return [
    ...(found.key.length === 0 && countsChanges(allowed)
      ? [`how many rows change, which changed limits, cannot be told: ${found.whyNoKey ?? "no key is declared"}`]
      : []),
    ...much(rows.gone, gone, "goes", "go"),
    ...much(rows.added, added, "comes", "come"),
    ...(columns === undefined ? much(rows.changed, changed, "changes", "change") : []),
    ...Object.entries(found.columns.changed).flatMap(([name, { changed: rows }]) =>
      columns === undefined ? [] : much(rows, limits.get(name) ?? 0, `changes in ${name}`, `change in ${name}`),
    ),
    ...[
      ...found.columns.added.map((name) => [name, "is new"] as const),
      ...found.columns.removed.map((name) => [name, "goes"] as const),
      ...found.columns.retyped.map(
        ({ column, before, after }) => [column, `was ${before} and would be ${after}`] as const,
      ),
    ].flatMap(([name, what]) => (isAllowed(name) ? [] : [`column ${name} ${what}, and changed does not name it`])),
    ...volatile.flatMap((name) =>
      isAllowed(name)
        ? []
        : [`column ${name} is another at each computation, by ${called}, and changed does not name it`],
    ),
    ...(isOfRows && [gone, added].some((limit) => limit !== ANY)
      ? [`which rows there are is another at each computation, by ${called}: nothing can be proved of them`]
      : []),
  ];
}

/** What to declare for that which was found. */
export function expectationOf(
  { rows, columns }: Differences,
  { columns: volatile }: Pick<Volatility, "columns"> = { columns: [] },
): ExpectedChange {
  const changed = [
    ...new Set([
      ...Object.keys(columns.changed),
      ...[...columns.added, ...columns.removed, ...columns.retyped.map(({ column }) => column), ...volatile],
    ]),
  ];
  if (rows.gone + rows.added + changed.length === 0) return { rows: "same" };
  return {
    ...(rows.gone === 0 ? {} : { gone: rows.gone }),
    ...(rows.added === 0 ? {} : { added: rows.added }),
    ...(changed.length === 0 ? {} : { changed }),
  };
}

/** As a program has it: `{ gone: 12, changed: ["etapa"] }`. */
export function expectationText(expected: ExpectedChange): string {
  const values = Object.entries(expected).map(([name, value]) => {
    const text = Array.isArray(value)
      ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]`
      : JSON.stringify(value);
    return `${name}: ${text}`;
  });
  return `{ ${values.join(", ")} }`;
}

/** Counts of rows, and what of the columns differs. */
interface Differences extends Pick<RowComparison, "rows"> {
  readonly columns: ColumnChanges & { readonly changed: Readonly<Record<string, unknown>> };
}

/** What differs, without a value: "12 of 3,230 rows go, 41 change in etapa". */
export function differenceParts({ rows, columns }: Differences): string[] {
  const part = (names: readonly string[], one: string, many: string): string[] =>
    names.length === 0 ? [] : [names.length === 1 ? `column ${names[0]} ${one}` : `columns ${named(names)} ${many}`];
  const retyped = columns.retyped.map(({ column, before, after }) => `${column} (${before} to ${after})`);
  const within = Object.keys(columns.changed);
  // What is counted is said once, with the first figure.
  const [gone, added, changed] = [
    `${count(rows.gone)} of ${counted(rows.before)}`,
    rows.gone > 0 ? count(rows.added) : counted(rows.added),
    rows.gone + rows.added > 0 ? count(rows.changed) : `${count(rows.changed)} of ${counted(rows.before)}`,
  ];
  return [
    ...(rows.gone > 0 ? [`${gone} ${rows.gone === 1 ? "goes" : "go"}`] : []),
    ...(rows.added > 0 ? [`${added} ${rows.added === 1 ? "comes" : "come"}`] : []),
    ...(rows.changed > 0 ? [`${changed} ${rows.changed === 1 ? "changes" : "change"} in ${named(within)}`] : []),
    ...part(columns.added, "is new", "are new"),
    ...part(columns.removed, "goes", "go"),
    ...part(retyped, "has another type", "have another type"),
  ];
}

/** "1 row", "3,230 rows". */
export function counted(rows: number): string {
  return `${count(rows)} ${rows === 1 ? "row" : "rows"}`;
}
