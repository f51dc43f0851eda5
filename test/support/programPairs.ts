import type { RefreshedViewArgs } from "../../components/index.ts";

/** A view's declaration as the program reads it from JSON. */
export type Declared = { -readonly [Key in keyof RefreshedViewArgs]: RefreshedViewArgs[Key] } & {
  slot: string;
  schema: string;
  name: string;
  owner: string;
};

/** The program of the views in views.json, each under the resource name of its slot. */
export const PAIRS_PROGRAM = `import { readFileSync } from "node:fs";
import { RefreshedView } from "pulumi-matview";
for (const { slot, ...view } of JSON.parse(readFileSync("views.json", "utf8"))) new RefreshedView(slot, view);
`;

export const SCHEMAS = ["public", "informes"];
export const OWNERS = ["duena", "duenb"];

/** What the views read, and what stands in the way of some. Each has 40 rows; b is there twice, c is null once. */
export const PAIRS_SETUP = `
  create schema informes;
  create table public.xs as select i as id, i / 2 as b, nullif(i, 7) as c, 'x' || i as t from generate_series(1, 40) i;
  create table public.taken (id int); create index taken_idx on public.taken (id);
  create table public.secreta (id int);
`;

const pick = <T>(values: readonly T[], random: () => number): T => values[Math.floor(random() * values.length)] as T;

type Change = (view: Declared, random: () => number) => Partial<Declared>;

const DEFINITIONS: readonly (readonly [definition: string, keys: readonly string[][]])[] = [
  ["select id, b from public.xs", [["id"], ["id", "b"]]],
  ["select id, b, t from public.xs", [["id"], ["t"], ["t", "id"]]],
  ["select b, max(id) as id from public.xs group by b", [["b"], ["id"]]],
  ["select b, count(*) as n, min(t) as t from public.xs group by b", [["b"], ["t"]]],
  ["select id as b, b as id from public.xs", [["b"]]],
];

const query: Change = (_view, random) => {
  const [definition, keys] = pick(DEFINITIONS, random);
  return { definition, uniqueKey: pick(keys, random) };
};

const FINE: readonly Change[] = [
  query,
  query,
  query,
  ({ definition }, random) => ({
    uniqueKey: pick(DEFINITIONS.find(([text]) => text === definition)?.[1] ?? [], random),
  }),
  ({ slot }, random) => ({ indexName: pick([undefined, `${slot}_one_idx`, `${slot}_two_idx`], random) }),
  ({ slot }, random) => ({ name: pick([slot, `${slot}_b`], random) }),
  (_view, random) => ({ schema: pick(SCHEMAS, random) }),
  (_view, random) => ({ owner: pick(OWNERS, random) }),
  ({ job }, random) => ({ job: { ...job, schedule: `${Math.floor(random() * 60)} 3 1 1 *`, active: random() < 0.7 } }),
  ({ job, slot }, random) => ({ job: { ...job, name: pick([`job-${slot}`, `job-${slot}-b`], random) } }),
  (_view, random) => ({ refresh: pick([{}, { lockTimeout: "20s" }, { lockTimeout: "15s" }], random) }),
  (_view, random) => ({ comment: pick([undefined, "it's; one"], random) }),
  (_view, random) => ({ grants: [{ role: pick(["lector", "public"], random), privileges: ["select"] }] }),
];

/** What a deploy refuses, before or after it has begun. */
const SPOILT: readonly Change[] = [
  () => ({ definition: "select b, id from public.xs", uniqueKey: ["b"] }),
  () => ({ definition: "select c as id from public.xs union all select null", uniqueKey: ["id"] }),
  () => ({ definition: "select 1 / (id - 3) as id from public.xs", uniqueKey: ["id"] }),
  () => ({ definition: "select id from where", uniqueKey: ["id"] }),
  () => ({ definition: "select id from public.nada", uniqueKey: ["id"] }),
  () => ({ definition: "select id from public.secreta", uniqueKey: ["id"] }),
  () => ({ uniqueKey: ["nada"] }),
  () => ({ indexName: "taken_idx", schema: "public" }),
  () => ({ name: "taken", schema: "public" }),
  () => ({ owner: "nadie" }),
  () => ({ schema: "nada" }),
  () => ({ grants: [{ role: "nadie", privileges: ["select"] }] }),
  () => ({ storageParameters: { fillfactor: "500" } }),
];

/** A view that can be deployed, changed at random from another one of its slot. */
export function soundView(slot: string, from: Declared | undefined, random: () => number): Declared {
  let view: Declared = from ?? {
    slot,
    schema: "public",
    name: slot,
    owner: "duena",
    ...query({} as Declared, random),
    allowColumnChanges: true,
    rowCount: { min: 0.01, max: 100 },
    swapDeadlineSeconds: 2,
    job: { name: `job-${slot}`, schedule: "0 3 1 1 *", active: true },
  };
  const changes = from === undefined ? 2 : 1 + Math.floor(random() * 3);
  for (let left = changes; left > 0; left -= 1) view = { ...view, ...pick(FINE, random)(view, random) };
  return view;
}

/** The same, and in half of the cases spoilt. */
export function perhapsSpoilt(slot: string, from: Declared, random: () => number): Declared {
  const view = soundView(slot, from, random);
  return random() < 0.5 ? view : { ...view, ...pick(SPOILT, random)(view, random) };
}

/**
 * A corrected view at the place to which the failed deploy was to take it, or where it was. Not known to converge: a third place, or the way
 * back, after a move that was applied and not recorded.
 */
export function atKnownPlace(view: Declared, before: Declared, failed: Declared): Declared {
  const isPlace = failed.name !== "taken" && failed.schema !== "nada" && failed.owner !== "nadie";
  const { schema, name, owner, job } = isPlace ? failed : before;
  return { ...view, schema, name, owner, job: { ...view.job, name: job?.name } };
}
