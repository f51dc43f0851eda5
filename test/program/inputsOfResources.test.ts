import { describe, expect, jest, test } from "@jest/globals";
import type { TestDatabase } from "../support/database.ts";
import { stateOf, withProgram, withWorld } from "../support/ownedWorld.ts";
import { mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

/** A stack that others read, and one that takes what it takes from there and from resources of its own. */
const program = (outputs: object, note: string, more = ""): string => `import * as pulumi from "@pulumi/pulumi";
import * as postgresql from "@pulumi/postgresql";
import { Platform, RefreshedView, resolveConnection } from "pulumi-matview";

const isPlatform = pulumi.getStack() === "plataforma";
export const shared = isPlatform ? ${JSON.stringify(outputs)} : null;
export const note = isPlatform ? pulumi.secret("${note}") : null;
export const views = isPlatform ? [] : [ventas()];

function ventas() {
  const platform = new pulumi.StackReference("organization/ventas/plataforma");
  const { horario, lectores } = platform.requireOutput("shared");
  const connection = pulumi.output(resolveConnection({}));
  const provider = new postgresql.Provider("base", {
    host: connection.host, port: connection.port, database: connection.database, username: connection.user,
    password: connection.password, sslmode: "disable", superuser: false,
  });
  const owner = new postgresql.Role("dueno", { name: "dueno", login: true, skipDropRole: true, skipReassignOwned: true }, { provider });
  const base = new Platform("base", {
    connection, owner: owner.name, schemas: pulumi.output(["public"]), observers: [pulumi.output("auditor")],
    sources: [{ schema: "public", name: pulumi.output("ventas") }],
  });
  return new RefreshedView("tablero", {
    uniqueKey: [pulumi.output("tienda")], owner: owner.name, comment: platform.requireOutput("note"),
    grants: lectores.apply((roles) => roles.map((role) => ({ role, privileges: ["select"] }))), job: { schedule: horario }, ${more}
  }, { dependsOn: [base] }).declaration;
}
`;

/** What comes before the view and after it, and what is done to it on the way. */
const between = (options: string, more = ""): string => `import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { RefreshedView } from "pulumi-matview";
class Grupo extends pulumi.ComponentResource {
  constructor(name, options) {
    super("acme:index:Grupo", name, {}, options);
    this.step = new command.local.Command(name + "-paso", { create: "echo " + name }, { parent: this });
    this.registerOutputs();
  }
}
const grouped = new Grupo("antes");
${more}
const view = new RefreshedView("tablero", { uniqueKey: ["tienda"] }, { dependsOn: [grouped], ${options} });
new Grupo("despues", { dependsOn: [view] });
`;

async function jobsAndComment({ client }: TestDatabase): Promise<unknown> {
  const { rows } = await client.query(
    `select (select array_agg(schedule order by jobid) from cron.job) as schedules, v.matviewowner as owner,
            split_part(obj_description('public.tablero'::regclass), E'\\n', 1) as comment,
            has_table_privilege('auditor', 'public.tablero', 'select') as audited
     from pg_matviews v where v.matviewname = 'tablero'`,
  );
  return rows[0];
}

describe("arguments that come from resources and other stacks", () => {
  test("deploy, change what they change, and stay secret where they are", async () => {
    const first = program({ horario: "0 3 1 1 *", lectores: ["lector"] }, "clave-uno");
    await withProgram({ text: first, extension: false }, async (project, database) => {
      const platform = (args: readonly string[]) => mustRun(project, [...args, "--stack", "plataforma"]);
      expect((await project.pulumi(["stack", "init", "plataforma"])).code).toBe(0);
      await platform(UP);
      const before = await mustRun(project, ["preview"]);
      expect(before).toMatch(/create role dueno: it does not exist/);
      await mustRun(project, UP);
      const deployed = { schedules: ["0 3 1 1 *"], owner: "dueno", comment: "clave-uno", audited: false };
      expect(await jobsAndComment(database)).toEqual(deployed);
      expect((await project.matview(["status", "--stack", "prod"])).stdout).toMatch(/public\.tablero/);

      const changed = { horario: "0 4 1 1 *", lectores: ["lector", "auditor"] };
      const checks = 'spotChecks: [{ name: "todas", expected: pulumi.secret(7) }]';
      project.write("index.ts", program(changed, "clave-dos", checks));
      await platform(UP);
      expect(await operations(project)).toEqual(["update tablero", "update tablero-refresh"]);
      const after = await mustRun(project, ["preview", "--diff"]);
      await mustRun(project, UP);
      expect(await jobsAndComment(database)).toEqual({
        ...{ schedules: ["0 4 1 1 *"], owner: "dueno", comment: "clave-dos", audited: true },
      });
      await mustConverge(project);
      expect(before + after + (await mustRun(project, ["stack", "export"]))).not.toMatch(/clave-/);
      expect((await project.matview(["status", "--stack", "prod"])).stderr).toMatch(
        /the output views of stack prod is a secret, for an argument that it speaks of is one: .*pulumi\.unsecret\(/,
      );
      await mustRun(project, ["destroy", "--yes"]);
      expect((await database.client.query("select from pg_matviews")).rowCount).toBe(0);
    });
  });
});

describe("a component among others", () => {
  test("waits for what it depends on, is waited for, is transformed, and goes with what it is deleted with", async () => {
    await withWorld(between(""), async (project, database) => {
      const { all } = await stateOf(project);
      // A component's parts wait for it, and it waits.
      const dependenciesOf = (name: string): string => {
        const found = all.find(({ urn }) => urn.endsWith(`::${name}`));
        return (found?.dependencies ?? []).join(" ");
      };
      expect(dependenciesOf("tablero")).toContain("::antes-paso");
      expect(dependenciesOf("despues")).toContain("::tablero-refresh");

      const toView = '{ ...props, comment: "de paso" }';
      const own = `transforms: [({ type, props, opts }) => type.endsWith(":MaterializedView") ? { props: ${toView}, opts } : undefined]`;
      const ofStack = `pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
        type.endsWith(":RefreshJob") ? { props: { ...props, schedule: "0 6 1 1 *" }, opts } : undefined);`;
      project.write("index.ts", between(own, ofStack));
      expect(await operations(project)).toEqual(["update tablero", "update tablero-refresh"]);
      await mustRun(project, UP);
      expect(await jobsAndComment(database)).toMatchObject({ schedules: ["0 6 1 1 *"], comment: "de paso" });
      await mustConverge(project);

      // Where the database goes as a whole, nothing is asked of it.
      project.write("index.ts", between(`${own}, deletedWith: grouped.step`, ofStack));
      await mustRun(project, UP);
      await mustRun(project, ["destroy", "--yes"]);
      expect(await jobsAndComment(database)).toMatchObject({ schedules: ["0 6 1 1 *"], comment: "de paso" });
    });
  });
});
