import type { DefinitionChange } from "../kinds/materializedView/change/definitionChange.ts";
import { runsPerDay } from "../lifecycle/preview/subject.ts";

/** What a rule looks at: a resource as it is declared, and, from a plan, what a deploy would do and what the database says. */
export interface PolicyResource {
  /** "materialized view", "index", "refresh job", "first refresh". */
  readonly kind: string;
  readonly id: string;
  /** Null where the resource is to be deleted. */
  readonly declared: Readonly<Record<string, unknown>> | null;
  readonly steps?: readonly { readonly action: string; readonly target: string; readonly risk: string }[];
  readonly refusals?: readonly string[];
  /** Of a view that is built anew: what differs, for rules of your own. */
  readonly definition?: DefinitionChange | undefined;
  readonly facts?:
    | {
        readonly ownerIsSuperuser: boolean;
        readonly readableBy: readonly string[];
      }
    | undefined;
}

/** What a team may set. */
export interface PolicySettings {
  /** Stacks for which the rules hold that are meant for production. */
  readonly productionStacks: readonly string[];
  readonly maxRunsPerDay: number;
  /** Roles as which an API lets strangers in. */
  readonly apiRoles: readonly string[];
  /** Roles that are superusers, for those who cannot ask the database. */
  readonly superusers: readonly string[];
}

export const DEFAULT_SETTINGS: PolicySettings = {
  productionStacks: ["prod", "production"],
  maxRunsPerDay: 1_440,
  apiRoles: ["anon", "authenticated", "web_anon", "public"],
  superusers: ["postgres", "supabase_admin", "rdsadmin", "cloudsqlsuperuser"],
};

/** One broken rule. */
export interface Violation {
  readonly rule: string;
  readonly resource: string;
  readonly message: string;
}

/** A rule with a stable name: nothing, or what is wrong and what to do. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  readonly check: (resource: PolicyResource, settings: PolicySettings, stack: string) => string | undefined;
}

export const RULES: readonly Rule[] = [
  {
    name: "deployable",
    description: "A deploy may not be one that is refused.",
    check: ({ refusals = [] }) => (refusals.length === 0 ? undefined : `cannot be deployed: ${refusals.join("; ")}`),
  },
  {
    name: "no-readers-wait",
    description: "In production no step may let readers wait for a build or lose data.",
    check: ({ steps = [] }, settings, stack) => {
      const found = steps.find(({ risk }) => risk === "readers wait" || risk === "data gone");
      if (found === undefined || !settings.productionStacks.includes(stack)) return undefined;
      return `${found.action} ${found.target} has the risk "${found.risk}": do it in a maintenance window, by hand`;
    },
  },
  {
    name: "max-runs-per-day",
    description: "A job may not run more often than allowed.",
    check: ({ kind, declared }, { maxRunsPerDay }) => {
      const runs = kind === "refresh job" ? (runsPerDay(declared ?? undefined) ?? 0) : 0;
      if (runs <= maxRunsPerDay) return undefined;
      return `runs ${Math.round(runs)} times a day, and ${maxRunsPerDay} are allowed: choose a longer interval`;
    },
  },
  {
    name: "job-active",
    description: "In production a job must be active.",
    check: ({ kind, declared }, settings, stack) =>
      kind === "refresh job" && declared?.["active"] === false && settings.productionStacks.includes(stack)
        ? "is declared inactive, so that the view grows old: set active to true"
        : undefined,
  },
  {
    name: "unique-key-declared",
    description:
      "In production a view that a job refreshes must name its unique key, so that no reader waits for a refresh.",
    check: ({ kind, declared }, settings, stack) => {
      if (!settings.productionStacks.includes(stack)) return undefined;
      const key = declared?.["uniqueKey"];
      const needsKey = kind === "materialized view" && declared !== null && declared["job"] !== undefined;
      return needsKey && !(Array.isArray(key) && key.length > 0)
        ? "is refreshed by a job and names no unique key: declare uniqueKey, or every refresh locks readers out"
        : undefined;
    },
  },
  {
    name: "not-exposed",
    description: "A view may not be readable for the roles of an API.",
    check: ({ kind, declared, facts }, { apiRoles }) => {
      if (kind !== "materialized view" || declared === null) return undefined;
      const granted = grantees(declared).filter((role) => apiRoles.includes(role));
      const readers = [
        ...new Set([...granted, ...(facts?.readableBy ?? []).filter((role) => apiRoles.includes(role))]),
      ];
      return readers.length === 0
        ? undefined
        : `can be read as ${readers.join(", ")}, and row security does not hold for a materialized view: revoke it`;
    },
  },
  {
    name: "owner-not-superuser",
    description: "A view's owner runs its refresh, so it should be a role without a superuser's rights.",
    check: ({ kind, declared, facts }, { superusers }) => {
      if (kind !== "materialized view" || declared === null) return undefined;
      const owner = declared["owner"];
      const isSuperuser = facts?.ownerIsSuperuser ?? (typeof owner === "string" && superusers.includes(owner));
      return isSuperuser
        ? `is owned by ${typeof owner === "string" ? owner : "the connecting role"}, a superuser: set owner to a role that may only read the sources`
        : undefined;
    },
  },
];

/** Every broken rule of every resource. */
export function violations(
  stack: string,
  resources: readonly PolicyResource[],
  settings: Partial<PolicySettings> = {},
): Violation[] {
  const all = { ...DEFAULT_SETTINGS, ...settings };
  return resources.flatMap((resource) =>
    RULES.flatMap(({ name, check }) => {
      const message = check(resource, all, stack);
      return message === undefined ? [] : [{ rule: name, resource: `${resource.kind} ${resource.id}`, message }];
    }),
  );
}

function grantees(declared: Readonly<Record<string, unknown>>): string[] {
  const grants = declared["grants"];
  return Array.isArray(grants) ? grants.map((grant: { role?: unknown }) => String(grant.role)) : [];
}
