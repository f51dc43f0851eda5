import { execFileSync } from "node:child_process";
import { describe, expect } from "@jest/globals";
import type { Client } from "pg";
import { joinComment, newClaim, splitComment } from "../../kinds/claim.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { fenced } from "../../lifecycle/ownership.ts";
import { step } from "../../postgres/plan.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { capabilities } from "../support/capabilities.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { dump } from "../support/dump.ts";
import { testsWith } from "../support/lent.ts";
import { entry } from "../support/stateEntry.ts";
import { untilRow } from "../support/untilRow.ts";

const VIEW = { schema: "public", name: "mv", definition: "select id, nombre from public.ejecutivos" };

async function comment(client: Client, relation = "public.mv"): Promise<string | null> {
  const { rows } = await client.query<{ comment: string | null }>(
    "select obj_description(to_regclass($1), 'pg_class') as comment",
    [relation],
  );
  return rows[0]?.comment ?? null;
}

const test = testsWith(withDatabase);

describe("the claim on an object", () => {
  test("stands behind a declared comment, which stays as declared, and survives rename, move, swap, a new index, dump and restore", async (database) => {
    const { client, server } = database;
    const view = entry(database, "view", "tablero");
    const index = entry(database, "index", "tablero-key");
    await view.create({ ...VIEW, comment: "Ejecutivos" });
    await index.create({ schema: "public", view: "mv", name: "mv_key", columns: ["id"], unique: true });
    await client.query("refresh materialized view public.mv");
    const [first, key] = [view.token(), index.token()];
    const held = async (relation: string) => splitComment(await comment(client, relation));
    expect(await held("public.mv")).toMatchObject({
      comment: "Ejecutivos",
      claim: { token: first, resource: "tablero" },
    });

    await view.update({ ...VIEW, comment: "Otra cosa" });
    expect(await held("public.mv")).toMatchObject({ comment: "Otra cosa", claim: { token: first } });
    await view.update(VIEW);
    expect(await held("public.mv")).toMatchObject({ comment: null, claim: { token: first } });

    const changed = { ...VIEW, definition: "select id, upper(nombre) as nombre from public.ejecutivos" };
    await view.update(changed);
    expect(await held("public.mv")).toMatchObject({ claim: { token: first } });
    expect(await held("public.mv_key")).toMatchObject({ claim: { token: key } });

    await client.query("create schema informes");
    await view.update({ ...changed, schema: "informes", name: "ejecutivos_mv" });
    expect(await held("informes.ejecutivos_mv")).toMatchObject({ claim: { token: first } });
    await index.update({
      schema: "informes",
      view: "ejecutivos_mv",
      name: "mv_key",
      columns: ["id", "nombre"],
      unique: true,
    });
    expect(await held("informes.mv_key")).toMatchObject({ claim: { token: key } });

    const copy = uniqueName("copia");
    await client.query(`create database ${copy} template template0`);
    try {
      const restore = ["--quiet", "--dbname", server.url(copy)];
      execFileSync("psql", restore, { input: dump(database.url), stdio: ["pipe", "ignore", "ignore"] });
      await withClient(server.url(copy), async (restored) => {
        for (const [relation, token] of [
          ["informes.ejecutivos_mv", first],
          ["informes.mv_key", key],
        ] as const) {
          expect(splitComment(await comment(restored, relation)).claim?.token).toBe(token);
        }
      });
    } finally {
      await client.query(`drop database ${copy} with (force)`);
    }
  });

  test("is put back with the same token where somebody took it away", async (database) => {
    const view = entry(database, "view", "tablero");
    await view.create(VIEW);
    await database.client.query("comment on materialized view public.mv is 'por mano'");
    await view.update({ ...VIEW, job: "x" }).catch(() => undefined);
    await view.update(VIEW);
    const { comment: text, claim } = splitComment(await comment(database.client));
    expect([text, claim?.token]).toEqual(["por mano", view.token()]);
  });

  test("stands behind the command of a job, which pg_cron runs as before", async (database) => {
    const { client } = database;
    const name = uniqueName("job");
    const job = entry(database, "job", "*/ drop schema public; /*");
    await client.query("create table public.corridas (n int)");
    const declared = {
      name,
      schedule: "0 3 1 1 *",
      command: "insert into public.corridas values (1) -- una",
      active: true,
    };
    await job.create(declared);
    await withClient(database.cronUrl, async (cron) => {
      const { rows } = await cron.query<{ command: string }>("select command from cron.job where jobname = $1", [name]);
      expect(rows[0]?.command).toMatch(
        /^insert into public\.corridas values \(1\) -- una\n\/\* pulumi-matview: \{.*\} \*\/$/,
      );
      // As pg_cron would run it.
      await client.query(rows[0]?.command ?? "");
      expect((await client.query("select n from public.corridas")).rows).toEqual([{ n: 1 }]);
    });
    await job.update({ ...declared, schedule: "0 4 1 1 *" });
    await job.delete();
  });
});

describe("two entries that mean one object", () => {
  test("of one stack: the later one takes it over, the earlier one's update is refused and its delete drops nothing", async (database) => {
    const [first, second] = [entry(database, "view", "tablero"), entry(database, "view", "panel")];
    await first.create(VIEW);
    await second.create(VIEW);
    await expect(first.update({ ...VIEW, comment: "x" })).rejects.toThrow(
      /^materialized view public\.mv is managed by resource panel of stack prod of project ventas \(since .*\) now, and no longer by this resource/,
    );
    await first.delete();
    await second.update({ ...VIEW, comment: "y" });
    await second.delete();
    expect(await comment(database.client)).toBeNull();
  });

  test("of two stacks that create it at the same moment: one has it, the other is refused", async (database) => {
    await database.client.query(`create materialized view public.mv as ${VIEW.definition}`);
    for (let round = 0; round < 5; round += 1) {
      await database.client.query("comment on materialized view public.mv is null");
      const both = ["prod", "dev"].map((stack) => entry(database, "view", "tablero", stack));
      const ended = await Promise.allSettled(both.map((one) => one.create(VIEW)));
      expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const winner = ended.findIndex(({ status }) => status === "fulfilled");
      expect(splitComment(await comment(database.client)).claim?.token).toBe(both[winner]?.token());
    }
  });

  test("when its comment only looks like a claim: it is taken over as nobody's", async (database) => {
    const { client } = database;
    await client.query(`create materialized view public.mv as ${VIEW.definition}`);
    await client.query("comment on materialized view public.mv is 'pulumi-matview: {'");
    const first = entry(database, "view", "tablero");
    await first.create(VIEW);
    const { text, claim } = { text: await comment(client), claim: splitComment(await comment(client)).claim };
    expect(text).toMatch(/^pulumi-matview: \{\n/);
    expect(claim?.token).toBe(first.token());
  });

  test("when it changes hands between the look and the drop: nothing is dropped", async (database) => {
    const { client, url } = database;
    const first = entry(database, "view", "tablero");
    await first.create(VIEW);
    const plan = { steps: [step("drop", "public.mv", "", [])], differences: [] };
    const [fenceOnly] = fenced(materializedViewKind, plan, [VIEW], [], capabilities()).steps;
    const heir = newClaim({ project: "otra", stack: "dev", resource: "panel" });
    await withClient(url, async (other) => {
      await other.query("begin");
      await other.query("select pg_advisory_xact_lock($1, $2)", [...(fenceOnly?.fence?.lockKey ?? [])]);
      const dropped = first.delete();
      dropped.catch(() => undefined);
      const waits = "select 1 from pg_locks where locktype = 'advisory' and not granted";
      await untilRow(client, "the drop to wait", [waits]);
      await other.query(`comment on materialized view public.mv is '${joinComment(null, heir) ?? ""}'`);
      await other.query("commit");
      await expect(dropped).rejects.toThrow(
        /public\.mv: could not drop: it is managed by resource panel of stack dev of project otra \(.*\) since a moment ago; nothing was done$/,
      );
    });
    expect(splitComment(await comment(client)).claim).toEqual(heir);
  });
});

describe("a view that goes", () => {
  const job = (name: string) => ({
    name,
    schedule: "0 3 1 1 *",
    command: "REFRESH MATERIALIZED VIEW public.mv",
    active: true,
  });
  const jobs = (database: TestDatabase, name: string): Promise<string[]> =>
    withClient(database.cronUrl, async (cron) => {
      const text = "select jobname from cron.job where jobname like $1 order by jobname";
      const { rows } = await cron.query<{ jobname: string }>(text, [`${name}%`]);
      return rows.map(({ jobname }) => jobname);
    });

  test("takes its jobs along where pg_cron lives in another database, and leaves them where the drop is refused", async (database) => {
    const { client } = database;
    const name = uniqueName("job");
    const [view, refresh, purge] = [
      entry(database, "view", "v"),
      entry(database, "job", "v-refresh"),
      entry(database, "job", "v-purge"),
    ];
    await view.create({ ...VIEW, job: name });
    await client.query("refresh materialized view public.mv");
    await refresh.create(job(name));
    await purge.create({ ...job(`${name}_purge`), command: "select 1" });
    await client.query("create view public.informe as select count(*) from public.mv");
    await expect(view.delete()).rejects.toThrow(
      "materialized view public.mv cannot be dropped, and nothing was: 1 problem\n" +
        "  - view public.informe depends on public.mv: drop it first, or let it read something else",
    );
    expect(await jobs(database, name)).toEqual([name, `${name}_purge`]);
    await client.query("drop view public.informe");
    await view.delete();
    expect(await jobs(database, name)).toEqual([]);
    // The engine does not ask for them; who does finds nothing to do.
    await refresh.delete();
    await purge.delete();
  });

  test("is gone already: its jobs go all the same, but not those that another stack manages", async (database) => {
    const name = uniqueName("job");
    const [view, refresh] = [entry(database, "view", "v"), entry(database, "job", "v-refresh")];
    await view.create({ ...VIEW, job: name });
    await database.client.query("refresh materialized view public.mv");
    await refresh.create(job(name));
    await database.client.query("drop materialized view public.mv");
    await view.delete();
    expect(await jobs(database, name)).toEqual([]);

    const [again, foreign] = [entry(database, "view", "v"), entry(database, "job", "v-refresh", "dev")];
    await again.create({ ...VIEW, job: name });
    await database.client.query("refresh materialized view public.mv");
    await foreign.create(job(name));
    await database.client.query("drop materialized view public.mv");
    await again.delete();
    expect(await jobs(database, name)).toEqual([name]);
    await foreign.delete();
  });

  test("leaves the jobs of its name that another view of the stack has now, or one of another owner", async (database) => {
    const name = uniqueName("job");
    const owner = await database.createRole();
    await database.client.query(`grant select on public.ejecutivos to ${owner}`);
    await database.client.query(`grant create on schema public to ${owner}`);
    const purge = { ...job(`${name}_purge`), command: "select 1" };
    const refresh = (view: string) => ({ ...job(name), command: `REFRESH MATERIALIZED VIEW public.${view}` });
    const views = ["mv", "mv2", "mv3"].map((view) => [view, entry(database, "view", view)] as const);
    for (const [view, { create }] of views) {
      await create({ ...VIEW, name: view, job: name, ...(view === "mv3" ? { owner } : {}) });
      await database.client.query(`refresh materialized view public.${view}`);
    }
    await entry(database, "job", "mv-refresh").create(refresh("mv"));
    await entry(database, "job", "mv3-refresh").create({ ...refresh("mv3"), user: owner });
    await entry(database, "job", "mv2-refresh").create({ ...refresh("mv2"), adopt: true });
    await entry(database, "job", "mv2-purge").create(purge);
    const drop = (index: number) => views[index]?.[1].delete();
    await drop(0);
    expect(await jobs(database, name)).toEqual([name, name, `${name}_purge`]);
    await drop(1);
    expect(await jobs(database, name)).toEqual([name]);
    await drop(2);
    expect(await jobs(database, name)).toEqual([]);
  });
});
