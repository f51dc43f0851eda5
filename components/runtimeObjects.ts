import * as pulumi from "@pulumi/pulumi";
import { resourceArguments } from "../provider/resourceRequest.ts";

/** Who may see whose jobs. */
export interface RuntimeObjectsArgs {
  /** Role that owns the jobs. */
  owner: pulumi.Input<string>;
  /** Roles that may see its jobs and runs, which row security hides from them. */
  observers: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** Functions in schema `matview` of pg_cron's database that show a role's jobs and runs to the observers, and nothing else. */
export class RuntimeObjects extends pulumi.CustomResource {
  constructor(name: string, args: RuntimeObjectsArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArguments("runtimeObjects", name, args, options));
  }
}
