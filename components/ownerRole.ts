import * as pulumi from "@pulumi/pulumi";
import type { QualifiedName } from "../postgres/names.ts";
import { resourceArguments } from "../provider/resourceRequest.ts";
import type { Inputs } from "./refreshedViewArgs.ts";

/** A role and what it is for. */
export interface OwnerRoleArgs {
  /** Role that owns views and jobs. */
  owner: pulumi.Input<string>;
  /** Schemas of its views: it may create there where whoever deploys is no superuser. */
  schemas: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** What its views read. */
  sources: pulumi.Input<readonly pulumi.Input<Inputs<QualifiedName>>[]>;
  /** Roles that may see its jobs and runs. */
  observers: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * Let it read every row of what it may read: row security hides none from it, in any table.
   * @default false
   */
  bypassRowSecurity?: pulumi.Input<boolean> | undefined;
  /**
   * Let it log in where it exists and may not. It decides at the creation of the resource alone.
   * @default false
   */
  adopt?: pulumi.Input<boolean> | undefined;
}

/**
 * A role that may log in and use pg_cron, and as which the connected role may act. One that exists is taken over with all that it
 * has. It refuses, in the preview already, with everything that somebody else must grant before the platform can be deployed.
 */
export class OwnerRole extends pulumi.CustomResource {
  constructor(name: string, args: OwnerRoleArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArguments("ownerRole", name, args, options));
  }
}
