import * as pulumi from "@pulumi/pulumi";
import { resourceArguments } from "../provider/resourceRequest.ts";
import type { KeepsArgs } from "../provider/resourceRequest.ts";
import type { TakeoverArgs } from "./takeoverArgs.ts";

/** What is declared of an index on a materialized view. */
export interface ViewIndexArgs extends TakeoverArgs {
  /** Schema of the view, and so of the index. */
  schema: pulumi.Input<string>;
  /** Name of the materialized view. */
  view: pulumi.Input<string>;
  /** Name of the index, unique in its schema. A change renames the index in place. */
  name: pulumi.Input<string>;
  /** Plain columns in order: what a concurrent refresh needs of a unique index. */
  columns: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * Columns that are stored beside the key for index-only scans.
   * @default []
   */
  include?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Whether it is unique; a concurrent refresh needs one that is. */
  unique: pulumi.Input<boolean>;
}

/** An index on a materialized view, built beside its readers. An invalid one is built again. */
export class ViewIndex extends pulumi.CustomResource {
  declare readonly schema: pulumi.Output<string>;
  declare readonly view: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly columns: pulumi.Output<string[]>;
  declare readonly unique: pulumi.Output<boolean>;

  /** `keeps` is for RefreshedView. */
  constructor(name: string, args: ViewIndexArgs, options?: pulumi.CustomResourceOptions, keeps?: KeepsArgs) {
    super(...resourceArguments("viewIndex", name, args, options, keeps));
  }
}
