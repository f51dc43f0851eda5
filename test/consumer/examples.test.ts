import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { cacheDirectory, checkout } from "../../scripts/checkout.ts";
import type { Server } from "../../scripts/database/server.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { run } from "../../scripts/toolchain/executables.ts";
import { withInstallation, writeInto } from "../support/consumer.ts";
import type { Installation } from "../support/consumer.ts";
import { withServer } from "../support/database.ts";
import { dump, dumpCommand, sameEachTime } from "../support/dump.ts";
import { HOST_ROLE, HOSTS, withHostServer } from "../support/hosts.ts";
import { shared } from "../support/lent.ts";
import { missingLines, readCommands } from "../support/pages.ts";
import type { Replaced } from "../support/pages.ts";
import { withPgBouncer } from "../support/pgbouncer.ts";

jest.setTimeout(300_000);

/** Where an example is deployed. */
interface Place {
  readonly server: Server;
  /** The database of its views. */
  readonly database: string;
  /** What its page says of the connection, and what holds here. */
  readonly replaced: Replaced;
}

interface Example {
  readonly open: (use: (place: Place) => Promise<void>) => Promise<void>;
  /** The destroy takes what setup.sql made by hand. */
  readonly adopts?: true;
}

/** A superuser's database, which has pg_cron too. */
const own: Example["open"] = (use) =>
  withServer({ sample: false, extension: false, cronDatabase: "shop" }, ({ server, url, name }) =>
    use({ server, database: name, replaced: [["postgresql://user:password@host:5432/shop?sslmode=verify-full", url]] }),
  );

const two: Example["open"] = (use) =>
  own((place) => {
    const other = "postgresql://user:password@host:5432/warehouse?sslmode=verify-full";
    return use({ ...place, replaced: [...place.replaced, [other, place.server.url("warehouse")]] });
  });

const ofHost = (page: string) => HOSTS.find((host) => host.page === page)!;

/** What a project on Supabase has from the beginning. */
const SUPABASE = [
  "create role anon",
  "create role authenticated",
  "create role service_role bypassrls",
  `grant anon, authenticated, service_role to ${HOST_ROLE}`,
  "create schema auth",
  `create function auth.uid() returns uuid language sql stable
   as $$ select (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::uuid $$`,
  `grant usage on schema auth to ${HOST_ROLE}, anon, authenticated, service_role`,
  "grant usage on schema public to anon, authenticated, service_role",
  ...["tables", "functions"].map(
    (objects) =>
      `alter default privileges for role ${HOST_ROLE} in schema public
       grant all on ${objects} to anon, authenticated, service_role`,
  ),
];

const supabase: Example["open"] = (use) =>
  withHostServer(ofHost("supabase"), async (server) => {
    await withClient(server.url(), async (admin) => {
      for (const statement of SUPABASE) await admin.query(statement);
    });
    await withPgBouncer(server.url("postgres", HOST_ROLE), { mode: "session", size: 10 }, ({ url }) => {
      const told =
        "postgresql://postgres.PROJECT:PASSWORD@aws-0-REGION.pooler.supabase.com:5432/postgres?sslmode=verify-full";
      return use({ server, database: "postgres", replaced: [[told, url]] });
    });
  });

const rds: Example["open"] = (use) =>
  withHostServer(ofHost("rds"), async (server) => {
    await withClient(server.url("postgres", HOST_ROLE), (client) => client.query("create database shop"));
    const host = "instance.region.rds.amazonaws.com:5432/shop?sslmode=verify-full";
    const replaced: Replaced = [
      [`postgresql://master:PASSWORD@${host}`, server.url("shop", HOST_ROLE)],
      ["password=PASSWORD", `password=${server.password("deployer")}`],
      [`postgresql://deployer:PASSWORD@${host}`, server.url("shop", "deployer")],
    ];
    await use({ server, database: "shop", replaced });
  });

const EXAMPLES: Readonly<Record<string, Example>> = {
  adoption: { open: own, adopts: true },
  dashboard: { open: own },
  "folder-of-views": { open: own },
  rds: { open: rds },
  supabase: { open: supabase },
  "two-databases": { open: two },
};

const FOLDER = join(checkout, "examples");

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** The commands of the page, with what shows that they change nothing twice and leave nothing. */
function readExample(name: string, copy: string, { server, database, replaced }: Place) {
  const dumping = dumpCommand(server.url(database)).map((word) => `'${word}'`);
  const prod = existsSync(join(copy, "Pulumi.prod.yaml")) ? "\npulumi stack init prod\npulumi preview" : "";
  return readCommands(join("examples", name, "README.md"), [
    ["git clone --depth 1 https://github.com/pulumi-matview/pulumi-matview", ""],
    ["-f setup.sql", `-f setup.sql\n${dumping.join(" ")} > ../before.sql`],
    ["pulumi up --yes", "pulumi up --yes --skip-preview"],
    ["pulumi destroy --yes", `pulumi preview --expect-no-changes\npulumi destroy --yes --skip-preview${prod}`],
    ...replaced,
  ]);
}

/** Does what the page says in a copy of the example, and expects what it shows. */
async function follow(name: string, place: Place): Promise<{ examples: string; stdout: string }> {
  const { directory, environment } = installation();
  const examples = join(directory, "pulumi-matview", "examples");
  const copy = join(examples, name);
  const filter = (path: string): boolean => basename(path) !== "node_modules";
  cpSync(join(FOLDER, name), copy, { recursive: true, filter });
  const { script, seen } = readExample(name, copy, place);
  const home = mkdtempSync(join(directory, "home "));
  writeInto(home, { psqlrc: "\\set ON_ERROR_STOP on\n" });
  const env = await environment({
    PSQLRC: join(home, "psqlrc"),
    npm_config_cache: join(cacheDirectory, "npm"),
    NO_COLOR: "1",
    // The types are checked with those of the checkout.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  });
  const { code, stdout, stderr } = await run("bash", ["-ec", script], { cwd: directory, env });
  expect(code === 0 ? "" : `examples/${name} ends with ${code}\n${stdout}\n${stderr}`).toBe("");
  const shown = seen(stdout);
  expect(shown.length).toBeGreaterThan(0);
  for (const one of shown) expect({ ...one, missing: missingLines(one) }).toEqual({ ...one, missing: [] });
  expect(shown.flatMap(({ told }) => told.split("\n")).filter(({ length }) => length > 80)).toEqual([]);
  return { examples, stdout };
}

const installation = shared<Installation>((use) => withInstallation({}, use));

describe("examples/", () => {
  const names = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  test.each(names.map(({ name }) => name))("%s does what its page says, and leaves what it found", async (name) => {
    const example = EXAMPLES[name];
    if (example === undefined) throw new Error(`examples/${name}: say in EXAMPLES where it is deployed`);
    await example.open(async (place) => {
      const { server, database } = place;
      const { examples, stdout } = await follow(name, place);
      await withClient(server.url(server.cronDatabase), async (client) => {
        expect((await client.query("select jobname from cron.job")).rows).toEqual([]);
      });
      if (example.adopts === undefined) {
        expect(dump(server.url(database))).toBe(sameEachTime(readFileSync(join(examples, "before.sql"), "utf8")));
        return;
      }
      expect(stdout).not.toContain("risk:");
      const written = join(examples, name, "written", name);
      const own = filesIn(join(FOLDER, name)).filter(
        (file) => !/^(README\.md|setup\.sql|node_modules\/.*)$/.test(file),
      );
      expect(filesIn(written)).toEqual(own);
      for (const file of own)
        expect([file, readFileSync(join(FOLDER, name, file), "utf8")]).toEqual([
          file,
          readFileSync(join(written, file), "utf8"),
        ]);
    });
  });
});
