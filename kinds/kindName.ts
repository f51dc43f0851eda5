/** The kinds by name, from which their types in Pulumi and their places in `provider/` follow. What they are is in `all.ts`. */
export type KindName =
  "materializedView" | "viewIndex" | "refreshJob" | "ownerRole" | "sourceGrant" | "refreshAudit" | "runtimeObjects";
