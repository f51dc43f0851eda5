import { expect, jest, test } from "@jest/globals";
import { withProgram } from "../support/ownedWorld.ts";

jest.setTimeout(120_000);

const program = (before: string): string => `import * as command from "@pulumi/command";
import { RefreshedView } from "pulumi-matview";
${before}
new RefreshedView("tablero", {
  definition: "select id, tienda from public.no_hay", uniqueKey: ["id"], owner: "nadie", schema: "ausente",
  grants: [{ role: "tampoco", privileges: ["select"] }],
});
`;

const PROBLEMS = [
  'the definition is not valid on this server: line 1, column \\d+: relation "public.no_hay" does not exist \\[42P01\\]',
  "schema ausente does not exist: create schema ausente",
  "role nadie is to own the view and does not exist: create it",
];

test("pulumi preview tells all that the deploy is refused for, unless another resource may mend it before", async () => {
  await withProgram({ text: program("") }, async (project) => {
    const { stdout } = await project.pulumi(["preview"]);
    for (const problem of PROBLEMS) expect(stdout).toMatch(new RegExp(`refused: ${problem}`));
    const plan = await project.matview(["plan", "--stack", "prod"]);
    expect(plan.code).toBe(1);
    for (const problem of PROBLEMS) expect(plan.stdout.replace(/\s+/g, " ")).toMatch(new RegExp(problem));
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    expect(up.code).not.toBe(0);
    for (const problem of PROBLEMS) expect(up.stdout).toMatch(new RegExp(problem));

    project.write("index.ts", program('new command.local.Command("migra", { create: "true" });'));
    const warned = (await project.pulumi(["preview"])).stdout;
    expect(warned).not.toMatch(/refused: /);
    for (const problem of PROBLEMS)
      expect(warned).toMatch(
        new RegExp(
          `warning: ${problem}[^]*?(?:\\.|\\^\\n) +The deploy is refused unless another resource of this program mends that before`,
        ),
      );
  });
});
