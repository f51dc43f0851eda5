import { describe, expect, jest } from "@jest/globals";
import type { dynamic } from "@pulumi/pulumi";
import { forgetSurveys } from "../../lifecycle/look.ts";
import { providers } from "../../provider/index.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import type { TestDatabase } from "../support/database.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { provider } from "../support/provider.ts";
import { untilRow } from "../support/untilRow.ts";

const { materializedView, refreshJob, viewIndex } = providers;

jest.setTimeout(60_000);

const DEFINITION = "select id, nombre from public.ejecutivos";
const view = { schema: "public", name: "mv", definition: DEFINITION };
const index = { schema: "public", view: "mv", name: "mv_id_idx", columns: ["id"], unique: true };

type Props = Record<string, unknown>;

/** Runs check and then create, as the engine does. */
async function make(kind: dynamic.ResourceProvider, props: Props): Promise<Props> {
  const { inputs } = (await kind.check?.({}, props)) as { inputs: Props };
  return (await kind.create(inputs)).outs as Props;
}

/** Runs check with the old inputs and then update. */
async function change(kind: dynamic.ResourceProvider, olds: Props, news: Props): Promise<Props> {
  const { inputs } = (await kind.check?.(olds, news)) as { inputs: Props };
  return ((await kind.update?.("id", olds, inputs)) as { outs: Props }).outs;
}

/** Reads as a new engine run does. */
async function read(kind: dynamic.ResourceProvider, props: Props): Promise<Props | undefined> {
  forgetSurveys();
  const { id, props: found } = (await kind.read?.("id", props)) as { id?: string; props?: Props };
  return id === "" ? undefined : found;
}

async function rows(database: TestDatabase, text: string): Promise<unknown[]> {
  return (await database.client.query(text)).rows;
}

const test = testsWith(withDatabase);

describe("a materialized view", () => {
  test("is created empty with all that is declared, and read back as declared", async (database) => {
    const [owner, reader] = [await database.createRole(), await database.createRole()];
    await database.client.query(`grant select on public.ejecutivos to ${owner}`);
    const mv = provider(materializedView, database);
    const declared = {
      ...view,
      owner,
      comment: "it's a test",
      grants: [{ role: reader, privileges: ["select"] }],
      storageParameters: { autovacuum_vacuum_scale_factor: "0.05" },
      uniqueKey: ["id"],
    };
    const outs = await make(mv, declared);
    expect(
      await rows(
        database,
        "select relispopulated, pg_get_userbyid(relowner) as owner, reloptions from pg_class where relname = 'mv'",
      ),
    ).toEqual([{ relispopulated: false, owner, reloptions: ["autovacuum_vacuum_scale_factor=0.05"] }]);
    await database.client.query("refresh materialized view public.mv");
    expect(await read(mv, outs)).toEqual(outs);
  });

  test("that exists and is identical is taken over; one that differs is refused with its differences", async (database) => {
    await database.client.query(`create materialized view public.mv as ${DEFINITION}`);
    const before = await rows(database, "select oid, relfilenode, xmin from pg_class where relname = 'mv'");
    const mv = provider(materializedView, database);
    await make(mv, {
      ...view,
      definition: "SELECT id, nombre FROM public.ejecutivos -- same\n;",
    });
    expect(await rows(database, "select oid, relfilenode, xmin from pg_class where relname = 'mv'")).toEqual(before);

    await expect(make(mv, { ...view, definition: "select id from public.ejecutivos", comment: "x" })).rejects.toThrow(
      /materialized view public\.mv exists and differs from the declaration; declare what it is, or set adopt: true to change it: 2 problems\n {2}- definition \(- found, \+ declared\):\n@@ [^]*comment: declared "x", found none/,
    );
    expect(await rows(database, "select oid, relfilenode, xmin from pg_class where relname = 'mv'")).toEqual(before);
  });

  test("reports everything that stands in its way at once", async (database) => {
    const owner = await database.createRole();
    const mv = provider(materializedView, database);
    await expect(make(mv, { ...view, schema: "nowhere", owner, uniqueKey: ["id", "clave"] })).rejects.toThrow(
      "materialized view nowhere.mv cannot be deployed: 3 problems\n" +
        "  - schema nowhere does not exist: create schema nowhere\n" +
        "  - key column clave is none of the definition's columns: id, nombre\n" +
        `  - role ${owner} owns the view and may not read public.ejecutivos, so that every refresh would fail: ` +
        `grant select on table public.ejecutivos to ${owner}`,
    );
    await expect(make(mv, { ...view, definition: "select id from public.ejecutivo" })).rejects.toThrow(
      /1 problem\n {2}- the definition is not valid on this server: line 1, column \d+: relation "public.ejecutivo" does not exist.*\[42P01\]/,
    );
    expect(await rows(database, "select 1 from pg_class where relkind = 'm'")).toEqual([]);
  });

  test("refuses a name that belongs to something else", async (database) => {
    const mv = provider(materializedView, database);
    await expect(make(mv, { ...view, name: "ejecutivos" })).rejects.toThrow(
      "public.ejecutivos exists and is a table; declare another name, or rename or drop what is there",
    );
  });

  test("keeps the text of a definition that only looks different, and its incarnation", async (database) => {
    const mv = provider(materializedView, database);
    const outs = await make(mv, view);
    const checked = await mv.check?.(outs, {
      ...view,
      definition: "SELECT id,nombre FROM public.ejecutivos -- note",
    });
    const { recorded, databaseIdentity, ...inputs } = outs;
    expect(databaseIdentity).toEqual([database.name, expect.any(String), expect.stringMatching(/^\d+$/)]);
    expect(recorded).toBeDefined();
    expect(checked).toEqual({ inputs });
    const renewed = (await mv.check?.({ ...outs, incarnation: "unpopulated" }, view)) as { inputs: Props };
    expect(renewed.inputs["incarnation"]).toMatch(/^[0-9a-f]{12}$/);
  });

  test("is renamed in place, altered in place, and gone after delete", async (database) => {
    const mv = provider(materializedView, database);
    const outs = await make(mv, { ...view, comment: "one", storageParameters: { fillfactor: "90" } });
    const [{ oid }] = (await rows(database, "select oid from pg_class where relname = 'mv'")) as [{ oid: string }];
    const renamed = await change(mv, outs, { ...view, name: "mv2", comment: "two" });
    expect(
      await rows(
        database,
        `select relname, obj_description(oid) as comment, reloptions from pg_class where oid = ${oid}`,
      ),
    ).toEqual([{ relname: "mv2", comment: "two", reloptions: null }]);
    await mv.delete?.("id", renamed);
    expect(await read(mv, renamed)).toBeUndefined();
    await mv.delete?.("id", renamed);
  });

  test("shows each drifted property as the world has it", async (database) => {
    const mv = provider(materializedView, database);
    const reader = await database.createRole();
    const outs = await make(mv, { ...view, comment: "c", grants: [{ role: reader, privileges: ["select"] }] });
    await database.client.query("refresh materialized view public.mv");
    await database.client.query(`revoke select on public.mv from ${reader}`);
    await database.client.query("comment on materialized view public.mv is 'd'");
    expect(await read(mv, outs)).toEqual({ ...outs, comment: "d", grants: [] });
    const healed = await change(mv, { ...outs, comment: "d", grants: [] }, outs);
    expect(await read(mv, healed)).toEqual(outs);
  });
});

describe("an index", () => {
  test("is built, healed when invalid, rebuilt when different, and refused when it is another's", async (database) => {
    await make(provider(materializedView, database), view);
    await database.client.query("refresh materialized view public.mv");
    const idx = provider(viewIndex, database);
    const outs = await make(idx, index);
    expect(await read(idx, outs)).toEqual(outs);

    await database.client.query(
      "update pg_index set indisvalid = false where indexrelid = 'public.mv_id_idx'::regclass",
    );
    const drifted = await read(idx, outs);
    expect(drifted).toEqual({ ...outs, valid: false });
    const healed = await change(idx, drifted ?? {}, index);
    expect(await read(idx, healed)).toEqual(outs);

    const wider = await change(idx, healed, { ...index, columns: ["id", "nombre"] });
    expect(await read(idx, wider)).toEqual(wider);
    await expect(make(idx, index)).rejects.toThrow(
      "index public.mv_id_idx exists and differs from the declaration; declare what it is, or set adopt: true to change it: " +
        "1 problem\n  - columns: declared id, found id, nombre",
    );
    await make(idx, { ...index, adopt: true });
    await expect(make(idx, { ...index, name: "ejecutivos_pkey" })).rejects.toThrow(
      "public.ejecutivos_pkey is an index of public.ejecutivos, which is no materialized view; declare another name for the index",
    );
  });
});

describe("a unique index whose key the data break", () => {
  const twice = { ...view, definition: "select coordinacion_id as id, nombre from public.ejecutivos" };
  const REFUSAL =
    "index public.mv_id_idx cannot be deployed: 1 problem\n" +
    "  - key (id) of public.mv does not hold: 6 values of it occur more than once, in 24 rows of 24. A concurrent refresh needs a key";

  test("is refused before it is built, whether the view has data or not", async (database) => {
    await make(provider(materializedView, database), twice);
    const idx = provider(viewIndex, database);
    await expect(make(idx, index)).rejects.toThrow(REFUSAL);
    await database.client.query("refresh materialized view public.mv");
    await expect(make(idx, index)).rejects.toThrow(REFUSAL);
    expect(await rows(database, "select 1 from pg_class where relname = 'mv_id_idx'")).toEqual([]);
  });

  test("leaves no invalid index behind when the build is cancelled", async (database) => {
    await make(provider(materializedView, database), view);
    await database.client.query("refresh materialized view public.mv");
    await withClient(database.url, async (older) => {
      // A concurrent build ends with a wait for every snapshot that is older than itself.
      await older.query("begin isolation level repeatable read");
      await older.query("select 1");
      const refused = expect(make(provider(viewIndex, database), index)).rejects.toThrow(
        "public.mv_id_idx: could not build index: canceling statement due to user request [57014].",
      );
      await untilRow(database.client, "the build to wait for the older snapshot", [
        `select pg_cancel_backend(a.pid)
         from pg_stat_activity a join pg_index i on i.indexrelid = to_regclass('public.mv_id_idx')
         where a.application_name = 'pulumi-matview' and a.datname = current_database()
           and a.wait_event_type = 'Lock' and not i.indisvalid`,
      ]);
      await refused;
    });
    expect(await rows(database, "select 1 from pg_class where relname = 'mv_id_idx'")).toEqual([]);
  });
});

describe("a job", () => {
  test("is scheduled, repaired property by property, renamed, and gone after delete", async (database) => {
    const user = await database.createRole();
    const name = uniqueName("job");
    const job = provider(refreshJob, database);
    const declared = { name, schedule: "0 0 1 1 *", command: "select 1", active: false, user };
    const outs = await make(job, declared);
    expect(await read(job, outs)).toEqual(outs);

    const cron = async (text: string): Promise<unknown[]> => {
      return withClient(database.cronUrl, async (client) => (await client.query(text)).rows);
    };
    await cron(
      `select cron.alter_job(jobid, schedule := '1 1 1 1 *', command := 'select 2') from cron.job where jobname = '${name}'`,
    );
    const drifted = await read(job, outs);
    expect(drifted).toEqual({ ...outs, schedule: "1 1 1 1 *", command: "select 2" });
    const healed = await change(job, drifted ?? {}, declared);
    expect(await read(job, healed)).toEqual(outs);

    const renamed = await change(job, healed, { ...declared, name: `${name}_2` });
    expect(
      await cron(`select jobname, username, database, active from cron.job where jobname like '${name}%'`),
    ).toEqual([{ jobname: `${name}_2`, username: user, database: database.name, active: false }]);
    await job.delete?.("id", renamed);
    expect(await read(job, renamed)).toBeUndefined();
  });
});
