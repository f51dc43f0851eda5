import type { ActualView } from "../../kinds/materializedView/describe.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import type { RelationProperties } from "../../kinds/materializedView/swap/relationProperties.ts";
import type { Replacement } from "../../kinds/materializedView/swap/replacement.ts";

/** The declaration of `public.mv` with its key. */
export function desiredView(rest: Partial<DesiredView> = {}): DesiredView {
  return {
    schema: "public",
    name: "mv",
    definition: "select id, n from t",
    uniqueKey: ["id"],
    keyIndex: "mv_id_idx",
    ...rest,
  };
}

/** `public.mv` as it is found where it is exactly as `desiredView()` declares it. */
export function actualView(rest: Partial<ActualView> = {}): ActualView {
  return {
    exists: true,
    oid: "16400",
    schema: "public",
    name: "mv",
    owner: "owner",
    isPopulated: true,
    comment: null,
    claim: undefined,
    tablespace: "pg_default",
    accessMethod: "heap",
    storageParameters: {},
    grants: [],
    definition: " SELECT t.id,\n    t.n\n   FROM t;",
    verdict: { outcome: "equal", live: { definition: "", dependencies: [], surroundings: "" } },
    indexes: [],
    jobs: [],
    namedJobs: [],
    leftovers: [],
    kept: undefined,
    replacement: undefined,
    ...rest,
  };
}

/** What `public.mv` has besides its data. */
export function relation(rest: Partial<RelationProperties> = {}): RelationProperties {
  return {
    oid: "16400",
    schema: "public",
    name: "mv",
    kind: "m",
    owner: "owner",
    isPopulated: true,
    comment: null,
    options: [],
    toastOptions: [],
    tablespace: null,
    accessMethod: "heap",
    definition: " SELECT t.id,\n    t.n\n   FROM public.t",
    ownerDefault: ["select", "update"],
    grants: ["select", "update"].map((privilege) => ({
      grantor: "owner",
      grantee: "owner",
      privilege,
      grantable: false,
    })),
    columns: [column("id"), column("n")],
    indexes: [index({ name: "mv_id_idx", isUnique: true, elements: "USING btree (id)", columns: ["id"] })],
    statistics: [],
    labels: [],
    uncarried: [],
    ...rest,
  };
}

export function column(name: string, rest: Partial<RelationProperties["columns"][number]> = {}) {
  return {
    name,
    type: "bigint",
    collation: null,
    comment: null,
    statistics: null,
    options: [],
    storage: null,
    compression: null,
    grants: [],
    ...rest,
  };
}

export function index(
  rest: Partial<RelationProperties["indexes"][number]> & { readonly name: string },
): RelationProperties["indexes"][number] {
  return {
    isUnique: false,
    isValid: true,
    isClustered: false,
    elements: "USING btree (n)",
    columns: ["n"],
    comment: null,
    tablespace: null,
    statistics: [],
    ...rest,
  };
}

/** What a swap of `public.mv` is planned from, where nothing depends on it. */
export function replacement(rest: Partial<Replacement> = {}): Replacement {
  return {
    old: relation(),
    definition: "select id, n from t where n > 0",
    columns: [
      { name: "id", type: "bigint", collation: null },
      { name: "n", type: "bigint", collation: null },
    ],
    printed: {
      live: " SELECT id,\n    n\n   FROM public.t",
      declared: " SELECT id,\n    n\n   FROM public.t\n  WHERE n > 0",
    },
    sources: [],
    indexes: [],
    unfilled: [],
    renamed: [],
    dependents: [],
    tree: [],
    dependsOnIt: [],
    obstacles: [],
    keptAbove: [],
    mentionedBy: [],
    defaultGrantees: { public: { relations: [], functions: [] } },
    usesPostgrest: false,
    mayUsePlpgsql: true,
    ...rest,
  };
}
