import * as pulumi from "@pulumi/pulumi";
import { resourceArguments } from "../provider/resourceRequest.ts";

/** Who reads what in which schema. */
export interface SourceGrantArgs {
  /** Role that is to read. */
  owner: pulumi.Input<string>;
  /** Schema of what it reads. */
  schema: pulumi.Input<string>;
  /** Tables and views of the schema, by name. */
  objects: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** A role's right to read tables and views of a schema, added to what it has. The rights stay when the resource is destroyed. */
export class SourceGrant extends pulumi.CustomResource {
  constructor(name: string, args: SourceGrantArgs, options?: pulumi.CustomResourceOptions) {
    super(...resourceArguments("sourceGrant", name, args, options));
  }
}
