import { expect, jest, test } from "@jest/globals";
import { derivedName } from "../../postgres/names.ts";
import { withProgram } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const VIEW = "una_vista_con_un_nombre_que_es_bastante_largo_para_un_indice";
const KEY = "una_columna_con_un_nombre_que_tampoco_es_corto";

function program(more: string, column = "id"): string {
  return `import { RefreshedView } from "pulumi-matview";
new RefreshedView("v", {
  name: "${VIEW}", definition: "select ${column} as ${KEY} from public.xs", uniqueKey: ["${KEY}"], ${more}
});
`;
}

test("a deployed view keeps the index name of an earlier convention; misspelt names and a column that was renamed for a while are told", async () => {
  const earlier = derivedName(`${VIEW}_${KEY}`, "idx");
  const job = 'job: { schedule: "0 3 1 1 *" }';
  await withProgram({ text: program(`${job}, indexName: "${earlier}"`) }, async (project, { client }) => {
    await client.query("create table public.xs (id int); insert into xs values (1), (2)");
    await mustRun(project, UP);
    project.write("index.ts", program(job));
    await mustConverge(project);

    await client.query("alter table public.xs rename id to otro");
    project.write("index.ts", program(job, "id + 0"));
    expect((await project.pulumi(UP)).code).not.toBe(0);
    project.write("index.ts", program(job));
    await client.query("alter table public.xs rename otro to id");
    const drift = await project.matview(["drift", "--stack", "prod"]);
    // The state keeps what was refused: no row says so, and a line does.
    expect([drift.code, drift.stdout]).toEqual([
      7,
      expect.stringMatching(/besides, by the engine: update materialized view public\.una_vista\S+: nothing/),
    ]);

    project.write("index.ts", program('job: { schedule: "0 3 1 1 *", statmentTimeout: "5s" }, dependants: "recreate"'));
    const misspelt = await project.pulumi(["preview"]);
    expect(misspelt.code).not.toBe(0);
    expect(misspelt.stdout + misspelt.stderr).toMatch(
      /job\.statmentTimeout[^\n]*statementTimeout[^]*dependants[^\n]*dependents/,
    );

    project.write("index.ts", program(job));
    await mustRun(project, ["config", "set", "matview:databseUrl", "x"]);
    const unknown = await project.pulumi(["preview"]);
    expect(unknown.code).not.toBe(0);
    expect(unknown.stdout + unknown.stderr).toMatch(/matview:databseUrl[^\n]*matview:databaseUrl/);
  });
});
