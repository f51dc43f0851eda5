import { expect, test } from "@jest/globals";
import type { Client } from "pg";
import { runSampleFile } from "../../scripts/database/sample.ts";
import { DEFINITION } from "../support/dashboard.ts";
import { withDatabase } from "../support/database.ts";

async function createView(client: Client): Promise<void> {
  await client.query(`create materialized view public.mv_conversaciones_dashboard as ${DEFINITION}`);
  await client.query("create unique index on public.mv_conversaciones_dashboard (conversacion_id)");
}

async function osmara(client: Client): Promise<unknown> {
  const { rows } = await client.query(`
    select count(*)::int as total,
           (count(*) filter (where ejecutivo_nombre like 'Osmara%' and coordinacion_codigo = 'VEN'))::int as ven,
           (count(*) filter (where ejecutivo_nombre like 'Osmara%' and coordinacion_codigo = 'BOOM'))::int as boom
    from public.mv_conversaciones_dashboard`);
  return rows[0];
}

test("the dashboard shows Osmara's reassignment after the next refresh and not before", async () => {
  await withDatabase(async ({ client }) => {
    await createView(client);
    expect(await osmara(client)).toEqual({ total: 3230, ven: 166, boom: 0 });
    await runSampleFile(client, "reassign_osmara.sql");
    expect(await osmara(client)).toEqual({ total: 3230, ven: 166, boom: 0 });
    await client.query("refresh materialized view concurrently public.mv_conversaciones_dashboard");
    expect(await osmara(client)).toEqual({ total: 3230, ven: 0, boom: 29 });
  });
});

test("a refresh with nothing new changes one row of the dashboard, and its stamp is the time of the refresh", async () => {
  await withDatabase(async ({ client }) => {
    await createView(client);
    const rowsNow = async (): Promise<string[]> =>
      (
        await client.query<{ row: string }>(
          "select v::text as row from public.mv_conversaciones_dashboard v order by conversacion_id",
        )
      ).rows.map(({ row }) => row);
    const before = await rowsNow();
    await client.query("begin");
    await client.query("refresh materialized view concurrently public.mv_conversaciones_dashboard");
    const { rows } = await client.query(
      "select max(vista_actualizada_at) = now() as stamped from public.mv_conversaciones_dashboard",
    );
    await client.query("commit");
    expect(rows).toEqual([{ stamped: true }]);
    const after = await rowsNow();
    expect(after.filter((row, index) => row !== before[index])).toHaveLength(1);
  });
});

test("the sample is the same in every database", async () => {
  const digest = async (client: Client): Promise<unknown> =>
    (
      await client.query(`
        select md5(string_agg(c::text || p::text || m::text, ',' order by m.id)) as digest
        from public.mensajes_whatsapp m
        join public.conversaciones_whatsapp c on c.id = m.conversacion_id
        join public.prospectos p on p.id = c.prospecto_id`)
    ).rows;
  const { loadSample } = await import("../../scripts/database/sample.ts");
  const copied = await withDatabase(({ client }) => digest(client));
  const loaded = await withDatabase(
    async ({ client, url }) => {
      await loadSample(url);
      return await digest(client);
    },
    { template: "empty" },
  );
  expect(loaded).toEqual(copied);
});
