import { expect } from "@jest/globals";
import type { dynamic } from "@pulumi/pulumi";
import { describeDeclaredJobs } from "../../kinds/refreshJob/describe.ts";
import type { DesiredJob } from "../../kinds/refreshJob/desired.ts";
import { refreshJobKind } from "../../kinds/refreshJob/kind.ts";
import { planJob } from "../../kinds/refreshJob/plan.ts";
import { lifecycle } from "../../lifecycle/lifecycle.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import { withSession } from "../../postgres/session.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import type { TestDatabase } from "./database.ts";
import { untilRow } from "./untilRow.ts";

type Props = Record<string, unknown>;

/** Who deploys a job, and through which database. */
export interface Deployer {
  /** Connection URL of who deploys. Default: the superuser's to the test's database. */
  readonly url?: string;
  readonly cronDatabase?: string;
  readonly adoptDatabase?: string;
}

/** A row of cron.job, as a superuser sees it. */
export interface CronRow {
  readonly jobid: string;
  readonly jobname: string;
  readonly username: string;
  readonly database: string;
  readonly schedule: string;
  readonly command: string;
  readonly active: boolean;
}

/** A job that never fires while a test runs. */
export const QUIET = "0 0 29 2 *";

/** The provider of refresh jobs as the engine would call it, with a configuration of its own. */
export class JobDeploy {
  private readonly provider: dynamic.ResourceProvider;
  private readonly url: string;
  private readonly cronDatabase: string;
  private readonly config: dynamic.Config;

  constructor(database: TestDatabase, { url, cronDatabase, adoptDatabase }: Deployer = {}) {
    this.provider = lifecycle(refreshJobKind);
    this.url = url ?? database.url;
    this.cronDatabase = cronDatabase ?? database.server.cronDatabase;
    const config: Record<string, string> = {
      "matview:databaseUrl": this.url,
      "matview:cronDatabase": this.cronDatabase,
      ...(adoptDatabase === undefined ? {} : { "matview:adoptDatabase": adoptDatabase }),
    };
    this.config = { get: (key) => config[key], require: (key) => config[key] ?? "" };
    void this.provider.configure?.({ config: this.config });
  }

  /** What a person is told about the inputs; nothing when they are right. */
  async check(news: Props, olds: Props = {}): Promise<string[]> {
    const { failures = [] } = (await this.provider.check?.(olds, news)) ?? {};
    return failures.map(({ property, reason }) => `${property}: ${reason}`);
  }

  async create(props: Props): Promise<Props> {
    const { inputs } = (await this.provider.check?.({}, props)) as { inputs: Props };
    return (await this.provider.create(inputs)).outs as Props;
  }

  async update(olds: Props, news: Props): Promise<Props> {
    const { inputs } = (await this.provider.check?.(olds, news)) as { inputs: Props };
    return ((await this.provider.update?.("id", olds, inputs)) as { outs: Props }).outs;
  }

  /** The inputs as the world has them, or undefined when the job is gone. */
  async read(props: Props): Promise<Props | undefined> {
    // A survey of the catalog holds until the next write or run; each read here is a run of its own.
    void this.provider.configure?.({ config: this.config });
    const { id, inputs } = (await this.provider.read?.("id", props)) as { id?: string; inputs?: Props };
    return id === "" ? undefined : inputs;
  }

  async delete(props: Props): Promise<void> {
    await this.provider.delete?.("id", props);
  }

  /** The steps of a plan made now: nothing when the job is as declared. */
  async planAgain(declared: Props): Promise<string[]> {
    const connection = resolveConnection({ databaseUrl: this.url, cronDatabase: this.cronDatabase }, {});
    return withSession(connection, "test", async (session) => {
      const desired = declared as DesiredJob;
      const [actual] = await describeDeclaredJobs(session, [desired]);
      const plan = planJob({ desired, previous: desired, actual, capabilities: session.capabilities });
      return plan.steps.map(({ action, reason }) => `${action}: ${reason}`);
    });
  }
}

/** Runs a query in pg_cron's database as superuser. */
export async function cron<Row extends object = CronRow>(
  database: Pick<TestDatabase, "cronUrl">,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return withClient(database.cronUrl, async (client) => (await client.query<Row>(text, [...values])).rows);
}

/** Jobs whose names start so, as a superuser sees them. */
export async function jobs(database: Pick<TestDatabase, "cronUrl">, prefix: string): Promise<CronRow[]> {
  return cron(
    database,
    `select jobid, jobname, username, database, schedule, command, active
     from cron.job where starts_with(jobname::text, $1) order by jobname, username`,
    [prefix],
  );
}

/** How the first run of a job ended, which is waited for. */
export async function firstRun({ cronUrl }: Pick<TestDatabase, "cronUrl">, job: string): Promise<object> {
  const ended = `select d.status, d.return_message, d.username, j.nodename
    from cron.job_run_details d join cron.job j using (jobid)
    where j.jobname = $1 and d.status in ('succeeded', 'failed') and d.end_time is not null`;
  const wait = { everyMs: 200, atMostMs: 130_000 };
  return withClient(cronUrl, (client) => untilRow(client, `the first run of ${job}`, [ended, job], wait));
}

/** A role that may use pg_cron as a host's guide would let it: usage of the schema, and no more functions than are public. */
export async function cronUser(database: TestDatabase, grants: readonly CronGrant[] = []): Promise<string> {
  const role = await database.createRole();
  database.ownRole(role);
  await cron(database, `grant usage on schema cron to ${role}`);
  for (const grant of grants) await cron(database, `grant execute on function ${SIGNATURES[grant]} to ${role}`);
  return role;
}

export type CronGrant = "alter_job" | "schedule_in_database";

const SIGNATURES: Readonly<Record<CronGrant, string>> = {
  alter_job: "cron.alter_job(bigint, text, text, text, text, boolean)",
  schedule_in_database: "cron.schedule_in_database(text, text, text, text, text, boolean)",
};

/** The job is as declared: nothing to plan, and the state says what the world has. */
export async function mustBeConverged(deploy: JobDeploy, state: Props, declared: Props): Promise<void> {
  expect(await deploy.planAgain(declared)).toEqual([]);
  expect(await deploy.read(state)).toEqual(declared);
}
