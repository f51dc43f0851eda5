import { expect, jest, test } from "@jest/globals";
import { withClient } from "../../scripts/database/withClient.ts";
import { withWorld } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";
import { withStandbyOf } from "../support/standby.ts";
import { startReader } from "../support/viewChange.ts";

jest.setTimeout(300_000);

const program = (args: string): string => `import * as pulumi from "@pulumi/pulumi";
import { RefreshedView } from "pulumi-matview";
new RefreshedView("tablero", { uniqueKey: ["tienda"], ${args} });
`;

const CHANGED = "select tienda, count(*) + 1 as n from public.ventas group by tienda";

test("readReplicas are waited for, are in no state and no output, and change nothing by themselves", async () => {
  await withWorld(program(""), async (project, database) => {
    await withStandbyOf(database, async ({ url, name, caughtUp }) => {
      const password = database.server.password();
      project.write("index.ts", program(`readReplicas: [pulumi.secret("${url}")]`));
      await mustConverge(project);

      project.write("sql/views/tablero.sql", CHANGED);
      const preview = await mustRun(project, ["preview"]);
      expect(preview).toContain(`the swap waits for a moment in which nobody reads the view on ${name} either`);
      expect(preview).not.toContain(password);

      await caughtUp();
      const long = withClient(url, (client) => client.query("select count(*), pg_sleep(12) from public.tablero"));
      const reader = await startReader(url, "select max(n) from public.tablero");
      await mustRun(project, UP);
      await long;
      await caughtUp();
      const { failures, longestMs } = await reader.stop();
      expect({ failures, waited: longestMs > 1_000 }).toEqual({ failures: [], waited: false });
      const state = await mustRun(project, ["stack", "export", "--show-secrets"]);
      expect(state).not.toContain("readReplicas");
      expect(state).not.toContain(url);
      await mustConverge(project);

      project.write("index.ts", program(`readReplicas: [pulumi.secret("mysql://a:${password}@b/c")]`));
      const { code, stdout } = await project.pulumi(["preview"]);
      expect(code).not.toBe(0);
      expect(stdout).toContain(
        "readReplicas, URL 1, is not a postgresql:// URL; write postgresql://user:password@host",
      );
      expect(stdout).not.toContain(password);

      project.write("index.ts", program(""));
      await mustRun(project, ["config", "set", "--secret", "matview:readReplicas", url]);
      project.write("sql/views/tablero.sql", CHANGED.replace("+ 1", "+ 2"));
      expect(await mustRun(project, ["preview"])).toContain(`nobody reads the view on ${name} either`);
    });
  });
});
