import * as pulumi from "@pulumi/pulumi";
import { resourceArguments } from "../provider/resourceRequest.ts";
import type { KeepsArgs } from "../provider/resourceRequest.ts";
import type { TakeoverArgs } from "./takeoverArgs.ts";

/** What is declared of a job of pg_cron. */
export interface RefreshJobArgs extends TakeoverArgs {
  /** Name of the job, at most 63 bytes. With `user` it is the job's identity: pg_cron knows no rename, so a change makes the job again. */
  name: pulumi.Input<string>;
  /**
   * When it runs: minute, hour, day, month and weekday, or `30 seconds` from pg_cron 1.5 on. In pg_cron's time zone, GMT unless the server
   * says otherwise.
   */
  schedule: pulumi.Input<string>;
  /** One statement; names in it must be qualified, for pg_cron uses the search_path of the role. */
  command: pulumi.Input<string>;
  /** Whether it may run. */
  active: pulumi.Input<boolean>;
  /**
   * Database in which it runs.
   * @default the connection's
   */
  database?: pulumi.Input<string | undefined>;
  /**
   * Role as which it runs. It must be able to log in.
   * @default the connecting role
   */
  user?: pulumi.Input<string> | undefined;
  /**
   * How long a statement of the role may take in the job's database, in milliseconds, at least 1000; set on the role.
   * @default the role's own setting
   */
  statementTimeoutMs?: pulumi.Input<number | undefined>;
  /**
   * How old what it refreshes may become, a duration such as `5m`; the schedule is checked against it.
   * @default no limit
   */
  maxAge?: pulumi.Input<string | undefined>;
  /** Taken from the view, which changes it when it is created again: then the job is looked at again and made active again. */
  incarnation?: pulumi.Input<string> | undefined;
}

/** A job of pg_cron. Every property is read back after a write; `active` is never left to pg_cron's defaults. */
export class RefreshJob extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly schedule: pulumi.Output<string>;
  declare readonly command: pulumi.Output<string>;
  declare readonly active: pulumi.Output<boolean>;

  /** `keeps` is for RefreshedView. */
  constructor(name: string, args: RefreshJobArgs, options?: pulumi.CustomResourceOptions, keeps?: KeepsArgs) {
    super(...resourceArguments("refreshJob", name, args, options, keeps));
  }
}
