import { expect, jest, test } from "@jest/globals";
import { withProgram } from "../support/ownedWorld.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const names = ["mv_uno", "mv_dos", "mv_tres"];
const view = (name: string, definition: string): string => `new RefreshedView("${name}", {
  definition: "${definition}", uniqueKey: ["id"], job: { schedule: "0 3 1 1 *" },
});
`;
const program = (definition: string): string =>
  `import { RefreshedView } from "pulumi-matview";\n${names.map((name) => view(name, definition)).join("")}`;

const NOWHERE = { MATVIEW_DATABASE_URL: "postgresql://someone:secretword@127.0.0.1:1/nowhere" };
const TOLD = 'cannot connect to PostgreSQL at 127.0.0.1:1, database "nowhere", user "someone"';

const count = (text: string, part: string): number => text.split(part).length - 1;

test("a database out of reach is told once, whatever is run, and nothing is lost by it", async () => {
  await withProgram({ text: program("select id from public.ventas") }, async (project) => {
    const told = async (args: readonly string[]): Promise<readonly [boolean, number]> => {
      const { code, stdout, stderr } = await project.pulumi(args, NOWHERE);
      expect(stdout + stderr).not.toContain("secretword");
      return [code === 0, count(stdout.split("Diagnostics:")[1] ?? "", TOLD)];
    };
    // A first preview shows what there is to show.
    expect(await told(["preview"])).toEqual([true, 1]);
    expect(await told(UP)).toEqual([false, 1]);
    await mustRun(project, UP);

    const refresh = ["refresh", "--yes", "--skip-preview"];
    for (const args of [["preview"], UP, [...UP, "--continue-on-error"], refresh, DESTROY])
      expect([args, ...(await told(args))]).toEqual([args, false, 1]);
    await mustConverge(project);

    project.write("index.ts", program("select id, tienda from public.ventas"));
    for (const args of [
      [...UP, "--refresh=false"],
      [...DESTROY, "--refresh=false"],
    ])
      expect([args, ...(await told(args))]).toEqual([args, false, 1]);
    for (const verb of ["plan", "drift"]) {
      const { code, stderr } = await project.matview([verb, "--stack", "prod"], NOWHERE);
      expect([verb, code, count(stderr, TOLD)]).toEqual([verb, 1, 1]);
    }
    await mustRun(project, UP);
    await mustConverge(project);
  });
});
