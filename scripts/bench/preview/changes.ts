import type { RefreshedViewArgs } from "../../../components/index.ts";

/** A view's declaration as the benchmark's program reads it from JSON. */
export type Declared = { -readonly [Key in keyof RefreshedViewArgs]: RefreshedViewArgs[Key] } & {
  schema: string;
  name: string;
  indexName?: string;
  job: { name: string; schedule: string; active: boolean };
  heavy: boolean;
};

/** A random change of one view: of its declaration, or of the world by hand. */
export interface Change {
  readonly kind: string;
  /** Changes the declaration in place. */
  readonly declare?: (view: Declared, random: () => number) => void;
  /** Statements for somebody's hand. */
  readonly byHand?: (view: Declared, random: () => number) => string[];
}

export const ROLES = ["lector_a", "lector_b", "lector_c"];

const pick = <T>(values: readonly T[], random: () => number): T => values[Math.floor(random() * values.length)] as T;

const alterJob = (view: Declared, change: string): string[] => [
  `select cron.alter_job(jobid, ${change}) from cron.job where jobname = '${view.job.name}'`,
];
const qualified = ({ schema, name }: Declared): string => `${schema}.${name}`;
const indexOf = (view: Declared): string => `${view.schema}.${view.indexName ?? `${view.name}_id_idx`}`;

/** A query whose result depends on `version`, so that every version is another definition. */
export function definition(heavy: boolean, version: number): string {
  const body = heavy
    ? `select e.id, e.grupo, pg_catalog.md5(e.texto) as huella, e.valor + ${version} as valor from public.eventos e`
    : `select e.id, e.grupo, e.valor + ${version} as valor from public.eventos e where e.id <= 2000`;
  return body;
}

export const CHANGES: readonly Change[] = [
  {
    kind: "definition",
    declare: (view, random) => (view.definition = definition(view.heavy, 1 + Math.floor(random() * 1e6))),
  },
  {
    kind: "definition",
    declare: (view, random) => (view.definition = definition(view.heavy, 1 + Math.floor(random() * 1e6))),
  },
  {
    kind: "index name",
    declare: (view, random) => (view.indexName = `${view.name}_${Math.floor(random() * 1e6)}_idx`),
  },
  {
    kind: "index columns",
    declare: (view) => (view.uniqueKey = view.uniqueKey?.length === 1 ? ["id", "grupo"] : ["id"]),
  },
  {
    kind: "options",
    declare: (view, random) =>
      (view.storageParameters = { autovacuum_vacuum_scale_factor: String(pick([0.01, 0.05, 0.1, 0.3], random)) }),
  },
  {
    kind: "grants",
    declare: (view, random) =>
      (view.grants = ROLES.filter(() => random() < 0.5).map((role) => ({ role, privileges: ["select"] }))),
  },
  { kind: "comment", declare: (view, random) => (view.comment = `version ${Math.floor(random() * 1e6)}, it's new`) },
  {
    kind: "schedule",
    declare: (view, random) => (view.job = { ...view.job, schedule: `${Math.floor(random() * 60)} 3 1 1 *` }),
  },
  { kind: "active", declare: (view) => (view.job = { ...view.job, active: !view.job.active }) },
  {
    kind: "dependents",
    declare: (view, random) => (view.definition = definition(view.heavy, 1 + Math.floor(random() * 1e6))),
    byHand: (view) => [
      `create or replace view ${qualified(view)}_resumen as select grupo, count(*) as filas from ${qualified(view)} group by grupo`,
    ],
  },
  { kind: "drift of the job", byHand: (view) => alterJob(view, "schedule := '9 9 9 9 *', active := false") },
  { kind: "drift of the command", byHand: (view) => alterJob(view, "command := 'select 1'") },
  { kind: "drift of the index", byHand: (view) => [`drop index if exists ${indexOf(view)}`] },
  { kind: "drift of the comment", byHand: (view) => [`comment on materialized view ${qualified(view)} is 'by hand'`] },
  {
    kind: "drift of the grants",
    byHand: (view) => ROLES.map((role) => `revoke all on ${qualified(view)} from ${role}`),
  },
  { kind: "drift to no data", byHand: (view) => [`refresh materialized view ${qualified(view)} with no data`] },
  { kind: "nothing" },
];
