import * as pulumi from "@pulumi/pulumi";
import type { DesiredOwner } from "../kinds/ownerRole/desired.ts";
import type { DesiredAudit } from "../kinds/refreshAudit/desired.ts";
import type { DesiredRuntime } from "../kinds/runtimeObjects/desired.ts";
import type { DesiredGrant } from "../kinds/sourceGrant/kind.ts";
import { resourceArguments } from "../provider/resourceRequest.ts";
import type { WhereArgs } from "./takeoverArgs.ts";

/** What a kind declares, as inputs of Pulumi's all the way down. */
type InputsOf<T> = T extends readonly (infer Element)[]
  ? readonly pulumi.Input<InputsOf<Element>>[]
  : T extends object
    ? { readonly [K in keyof T]: pulumi.Input<InputsOf<T[K]>> }
    : T;

type Options = pulumi.CustomResourceOptions;

/**
 * A role that may log in and use pg_cron, and as which the connected role may act. One that exists is taken over with all that it
 * has; with `adopt` at its creation it is let in where it may not log in. It refuses, in the preview already, with everything that somebody
 * else must grant before the platform can be deployed.
 */
export class OwnerRole extends pulumi.CustomResource {
  constructor(
    name: string,
    args: InputsOf<DesiredOwner> & WhereArgs & { readonly adopt?: pulumi.Input<boolean> },
    options?: Options,
  ) {
    super(...resourceArguments("ownerRole", name, args, options));
  }
}

/** A role's right to read tables and views of a schema, added to what it has. The rights stay when the resource is destroyed. */
export class SourceGrant extends pulumi.CustomResource {
  constructor(name: string, args: InputsOf<DesiredGrant> & WhereArgs, options?: Options) {
    super(...resourceArguments("sourceGrant", name, args, options));
  }
}

/**
 * Table and function in schema `matview` of the views' database with which `matview refresh` records who refreshed a view by hand,
 * when and why. The owner's members can change the table, as they can the views. When the resource is destroyed the function goes
 * and nobody but the owner reads the table any more; the table stays with what is recorded, and a later deploy goes on with it.
 */
export class RefreshAudit extends pulumi.CustomResource {
  constructor(name: string, args: InputsOf<DesiredAudit> & WhereArgs, options?: Options) {
    super(...resourceArguments("refreshAudit", name, args, { ...options, replaceOnChanges: ["owner"] }));
  }
}

/** Functions in schema `matview` of pg_cron's database that show a role's jobs and runs to the observers, and nothing else. */
export class RuntimeObjects extends pulumi.CustomResource {
  constructor(name: string, args: InputsOf<DesiredRuntime> & WhereArgs, options?: Options) {
    super(...resourceArguments("runtimeObjects", name, args, options));
  }
}
