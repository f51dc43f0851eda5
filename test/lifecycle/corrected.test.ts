import { expect, jest, test } from "@jest/globals";
import { withProgram } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

function program(definition: string, key: string): string {
  return `import { RefreshedView } from "pulumi-matview";
new RefreshedView("mv_x", {
  schema: "public", name: "mv_x", definition: ${JSON.stringify(definition)}, uniqueKey: ["${key}"],
  job: { schedule: "0 3 1 1 *" }, allowColumnChanges: true,
});
`;
}

test("a key that was refused and is then corrected together with the definition converges, and its old index is gone", async () => {
  await withProgram({ text: program("select id, a from public.xs", "id") }, async (project, { client }) => {
    await client.query("create table public.xs (id int, a int); insert into xs values (1, 1), (2, 1)");
    await mustRun(project, UP);

    project.write("index.ts", program("select id, a from public.xs", "a"));
    const refused = await project.pulumi(UP);
    expect([refused.code === 0, refused.stdout]).toEqual([
      false,
      expect.stringMatching(/key \(a\) of public\.mv_x does not hold/),
    ]);

    project.write("index.ts", program("select a, max(id) as id from public.xs group by a", "a"));
    await mustRun(project, UP);
    await mustConverge(project);
    const { rows } = await client.query(
      "select indexrelid::regclass::text as index from pg_index where indrelid = 'public.mv_x'::regclass",
    );
    expect(rows).toEqual([{ index: "mv_x_a_idx" }]);
  });
});

test("an index that bears another name, by hand or by a deploy that failed, is renamed, and no second one is built", async () => {
  await withProgram({ text: program("select id, a from public.xs", "id") }, async (project, { client }) => {
    await client.query("create table public.xs (id int, a int); insert into xs values (1, 1), (2, 1)");
    await mustRun(project, UP);
    const indexes = async (): Promise<unknown[]> =>
      (
        await client.query(
          "select indexrelid, indexrelid::regclass::text as name from pg_index where indrelid = 'mv_x'::regclass",
        )
      ).rows;
    const made = await indexes();
    await client.query("alter index public.mv_x_id_idx rename to by_hand");
    expect(await mustRun(project, ["preview"])).toMatch(/ViewIndex mv_x-key refresh \[diff: ~name\]/);
    await mustRun(project, UP);
    expect(await indexes()).toEqual(made);
    await mustConverge(project);
  });
});
