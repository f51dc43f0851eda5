import type { dynamic } from "@pulumi/pulumi";
import { describeAudit } from "../../kinds/refreshAudit/describe.ts";
import type { DesiredAudit } from "../../kinds/refreshAudit/desired.ts";
import { refreshAuditKind } from "../../kinds/refreshAudit/kind.ts";
import { planAudit } from "../../kinds/refreshAudit/plan.ts";
import { lifecycle } from "../../lifecycle/lifecycle.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import { withSession } from "../../postgres/session.ts";
import { sharedServer } from "./server.ts";

type Props = Record<string, unknown>;

/** The provider of the record of refreshes as the engine would call it, in the database of a URL. */
export class AuditDeploy {
  private readonly provider: Required<dynamic.ResourceProvider>;
  private readonly connection: { databaseUrl: string; cronDatabase: string };

  constructor(databaseUrl: string, cronDatabase = sharedServer().cronDatabase) {
    this.connection = { databaseUrl, cronDatabase };
    this.provider = lifecycle(refreshAuditKind) as Required<dynamic.ResourceProvider>;
    const config: Record<string, string> = { "matview:databaseUrl": databaseUrl, "matview:cronDatabase": cronDatabase };
    void this.provider.configure({ config: { get: (key) => config[key], require: (key) => config[key] ?? "" } });
  }

  async create(declared: DesiredAudit, extra: { adopt?: true } = {}): Promise<Props> {
    return (await this.provider.create({ ...declared, ...extra })).outs as Props;
  }

  async update(state: Props, declared: DesiredAudit): Promise<Props> {
    return (await this.provider.update("id", state, declared)).outs as Props;
  }

  /** The inputs as the world has them, or undefined when nothing is there. */
  async read(state: Props): Promise<Props | undefined> {
    const { id, inputs } = (await this.provider.read("id", state)) as { id?: string; inputs?: Props };
    return id === "" ? undefined : inputs;
  }

  async delete(state: Props): Promise<void> {
    await this.provider.delete("id", state);
  }

  /** The steps of a plan made now: nothing when all is as declared. */
  async planAgain(desired: DesiredAudit): Promise<string[]> {
    return withSession(resolveConnection(this.connection, {}), "test", async (session) => {
      const actual = await describeAudit(session, desired);
      const plan = planAudit({ desired, previous: desired, actual, capabilities: session.capabilities });
      return plan.steps.map(({ action, reason }) => `${action}: ${reason}`);
    });
  }
}
