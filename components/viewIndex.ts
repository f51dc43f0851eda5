import * as pulumi from "@pulumi/pulumi";
import { resourceArguments } from "../provider/resourceRequest.ts";
import type { KeepsArgs } from "../provider/resourceRequest.ts";
import type { IndexPartArgs, IndexPartsArgs } from "./indexArgs.ts";
import type { TakeoverArgs } from "./takeoverArgs.ts";

/** What is declared of an index on a materialized view. */
export interface ViewIndexArgs extends TakeoverArgs, IndexPartsArgs {
  /** Schema of the view, and so of the index. */
  schema: pulumi.Input<string>;
  /** Name of the materialized view. */
  view: pulumi.Input<string>;
  /** Name of the index, unique in its schema. A change renames the index in place. */
  name: pulumi.Input<string>;
  /** Whether it is unique; a concurrent refresh needs one that is. */
  unique: pulumi.Input<boolean>;
  /** True of the one that concurrent refreshes use: what PostgreSQL would not take for them is refused. */
  key?: pulumi.Input<true> | undefined;
}

/** An index on a materialized view, built beside its readers. An invalid one is built again. */
export class ViewIndex extends pulumi.CustomResource {
  declare readonly schema: pulumi.Output<string>;
  declare readonly view: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly columns: pulumi.Output<(string | IndexPartArgs)[] | undefined>;
  declare readonly unique: pulumi.Output<boolean>;

  /** `keeps` is for RefreshedView. */
  constructor(name: string, args: ViewIndexArgs, options?: pulumi.CustomResourceOptions, keeps?: KeepsArgs) {
    super(...resourceArguments("viewIndex", name, args, options, keeps));
  }
}
