import { z } from "zod";
import { expectedChangeSchema } from "../kinds/materializedView/compare/expectedChange.ts";
import { unknownName } from "../postgres/nearestName.ts";
import type { RefreshedViewArgs } from "./refreshedViewArgs.ts";

const SETTINGS = {
  connection: z.string(),
  owner: z.string(),
  tablespace: z.string(),
  adopt: z.boolean(),
  dependents: z.enum(["restrict", "recreate"]),
  allowColumnChanges: z.boolean(),
  rowSecurity: z.enum(["refuse", "allow"]),
  swapDeadlineSeconds: z.number(),
  keepPrevious: z.string(),
  change: expectedChangeSchema,
  schedule: z.string(),
  active: z.boolean(),
  maxAge: z.string(),
  lockTimeout: z.string(),
  statementTimeout: z.string(),
  minAge: z.string(),
  vacuum: z.string(),
  keepRuns: z.string(),
};

const JOB: readonly string[] = ["schedule", "active"];
const REFRESH: readonly string[] = ["maxAge", "lockTimeout", "statementTimeout", "minAge", "vacuum", "keepRuns"];

/** What a stack's configuration says of its views, and what is wrong with that. */
export interface ViewsConfig {
  readonly views: Readonly<Record<string, RefreshedViewArgs>>;
  readonly problems: readonly string[];
}

/** Reads `matview:views`: settings by view, e.g. `{ mv_ventas: { schedule: "0 * * * *", active: false } }`. */
export function viewsConfig(given: unknown): ViewsConfig {
  if (given === undefined || given === null) return { views: {}, problems: [] };
  if (!isObject(given)) return { views: {}, problems: ["matview:views must be an object: settings by view"] };
  const read = Object.entries(given).map(([view, settings]) => [view, readView(view, settings)] as const);
  return {
    views: Object.fromEntries(read.map(([view, { args }]) => [view, args])),
    problems: read.flatMap(([, { problems }]) => problems),
  };
}

function readView(view: string, settings: unknown): { readonly args: RefreshedViewArgs; readonly problems: string[] } {
  const path = `matview:views.${view}`;
  if (!isObject(settings)) return { args: {}, problems: [`${path} must be an object of settings`] };
  const problems = Object.entries(settings).flatMap(([name, value]) => {
    const schema = Object.hasOwn(SETTINGS, name) ? SETTINGS[name as keyof typeof SETTINGS] : undefined;
    if (schema === undefined) return [unknownName("setting", name, Object.keys(SETTINGS), `${path}.`)];
    const { error } = schema.safeParse(value);
    return error === undefined ? [] : [`${path}.${name}: ${error.issues[0]?.message ?? "is not allowed"}`];
  });
  const only = (names: readonly string[]): object =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
  const [job, refresh] = [only(JOB), only(REFRESH)];
  const rest = Object.entries(settings).filter(([name]) => !JOB.includes(name) && !REFRESH.includes(name));
  return {
    args: {
      ...Object.fromEntries(rest),
      ...(Object.keys(job).length === 0 ? {} : { job }),
      ...(Object.keys(refresh).length === 0 ? {} : { refresh }),
    },
    problems,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
