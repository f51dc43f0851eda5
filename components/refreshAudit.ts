import * as pulumi from "@pulumi/pulumi";
import { resourceArguments } from "../provider/resourceRequest.ts";

/** Whose refreshes are recorded, and for whom. */
export interface RefreshAuditArgs {
  /** Role that owns the views. */
  owner: pulumi.Input<string>;
  /** Roles that may read the record beside the owner's members. */
  observers: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/**
 * Table and function in schema `matview` of the views' database with which `matview refresh` records who refreshed a view by hand,
 * when and why. The owner's members can change the table, as they can the views. When the resource is destroyed the function goes
 * and nobody but the owner reads the table any more; the table stays with what is recorded, and a later deploy goes on with it.
 */
export class RefreshAudit extends pulumi.CustomResource {
  constructor(name: string, args: RefreshAuditArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArguments("refreshAudit", name, args, { ...options, replaceOnChanges: ["owner"] }));
  }
}
