import { describe, expect, jest, test } from "@jest/globals";
import { VIEW } from "../support/dashboard.ts";
import { DEV_CONFIG, sharedDeployment } from "../support/deployment.ts";
import { mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(180_000);

/** The part of a preview's output where messages are shown, by resource. */
function diagnostics(output: string): string {
  return output.split("Diagnostics:\n")[1] ?? "";
}

describe("a preview", () => {
  const deployed = sharedDeployment();

  test("says nothing of what does not change", async () => {
    const output = await mustRun(deployed().stack, ["preview"]);
    expect(diagnostics(output)).toBe("");
    expect(output).toMatch(/\nResources:\n {4}12 unchanged/);
  });

  test("shows on each row the steps that up would take, with reason, lock, time and runs per day", async () => {
    const { stack, database } = deployed();
    await database.client.query("create role lector");
    await database.client.query(`drop index ${VIEW}_conversacion_id_idx`);
    stack.configure({ ...DEV_CONFIG, schedule: "*/2 * * * *", readers: ["lector"] });
    const shown = diagnostics(await mustRun(stack, ["preview"]));
    expect(shown).toContain(
      `MaterializedView (conversaciones-dashboard):\n    alter ${VIEW}: grants is missing, declared select to lector ` +
        "(risk: online; no lock that others meet; takes a moment)\n",
    );
    expect(shown).toMatch(
      /ViewIndex \(conversaciones-dashboard-key\):\n {4}build index \S+: is not there \(risk: online; lock: share update exclusive for .*; writes 3,230 rows, 78 kB\)\n/,
    );
    expect(shown).toMatch(
      /RefreshJob \(conversaciones-dashboard-refresh\):\n {4}alter job \S+: schedule is \*\/5 \* \* \* \*, declared \*\/2 \* \* \* \* \(risk: none; .*\)\n {4}runs per day: 288.* -> 720/,
    );
    await mustRun(stack, UP);
  });

  test("leaves nothing of itself in the state, and a deploy announces nothing", async () => {
    const { stack } = deployed();
    const { resources = [] } = (await stack.state()).deployment;
    expect(JSON.stringify(resources.map(({ inputs, outputs }) => [inputs, outputs]))).not.toContain("__resource");
    expect(await mustRun(stack, UP)).not.toContain("nothing is run");
  });

  test("works without the database, with one line that says so and no password", async () => {
    const { stack } = deployed();
    stack.configure({ ...DEV_CONFIG, schedule: "*/3 * * * *" });
    const elsewhere = { MATVIEW_DATABASE_URL: "postgresql://someone:secretword@127.0.0.1:1/nowhere" };
    const { code, stdout, stderr } = await stack.pulumi(["preview", "--refresh=false"], elsewhere);
    expect(code).toBe(0);
    expect(stdout.split("Diagnostics:")[1]?.match(/what a deploy would run is not known/g)).toHaveLength(1);
    expect(stdout).toContain('cannot connect to PostgreSQL at 127.0.0.1:1, database "nowhere", user "someone"');
    expect(stdout + stderr).not.toContain("secretword");
  });
});
