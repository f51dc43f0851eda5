import { expect, jest, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import type { TestDatabase } from "../support/database.ts";
import { withServer } from "../support/database.ts";
import { CHANGED, OLD } from "../support/swappedView.ts";
import { change, run } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const VIEW: DesiredView = { schema: "public", name: "mv", definition: OLD, uniqueKey: ["id"] };

/** What decoders hand out of what was written since the last look: relation and kind, and the messages of pgoutput by their letters. */
async function decoded({ client }: TestDatabase): Promise<{ lines: string[]; pgoutput: string }> {
  const changes = await client.query<{ data: string }>(
    "select data from pg_logical_slot_get_changes('text', null, null)",
  );
  const messages = await client.query<{ kind: string }>(
    "select chr(get_byte(data, 0)) as kind from pg_logical_slot_get_binary_changes('pg', null, null, 'proto_version', '1', 'publication_names', 'everything')",
  );
  const lines = changes.rows.flatMap(
    ({ data }) => /^table (\S+: [A-Z]+:(?: \(no-tuple-data\))?)/.exec(data)?.[1] ?? [],
  );
  return { lines, pgoutput: messages.rows.map(({ kind }) => kind).join("") };
}

test("a deploy, a swap and a plain refresh put nothing into a logical slot, and a concurrent refresh what it changes", async () => {
  // As servers with slots are; a commit is decoded when it is told.
  const settings = { wal_level: "logical", synchronous_commit: "on" };
  await withServer({ settings }, async (database) => {
    await run(
      database,
      "create publication everything for all tables",
      "select pg_create_logical_replication_slot('text', 'test_decoding')",
      "select pg_create_logical_replication_slot('pg', 'pgoutput')",
    );
    const written = async (work: () => Promise<unknown>) => {
      await decoded(database);
      await work();
      return decoded(database);
    };
    const sql = (text: string) => written(() => run(database, text));
    const nothing = { lines: [], pgoutput: "" };

    expect(await written(() => change(database, VIEW))).toEqual(nothing);
    expect(await sql("refresh materialized view public.mv")).toEqual(nothing);
    await run(database, "create unique index mv_id_idx on public.mv (id)");
    expect(await sql("refresh materialized view concurrently public.mv")).toEqual(nothing);
    await run(database, "update public.ejecutivos set nombre = nombre || '!' where id <= 2");
    expect(await sql("refresh materialized view concurrently public.mv")).toEqual({
      lines: [...twice("public.mv: DELETE: (no-tuple-data)"), ...twice("public.mv: INSERT:")],
      // A materialized view is in no publication.
      pgoutput: "",
    });
    expect(await written(() => change(database, CHANGED, VIEW))).toEqual(nothing);
    expect(await written(() => change(database, { ...CHANGED, name: "mv2" }, CHANGED))).toEqual(nothing);

    // pg_cron's own tables are in a publication of all tables.
    expect(await sql("select cron.schedule('job', '0 0 1 1 *', 'select 1')")).toEqual({
      lines: ["cron.job: INSERT:"],
      pgoutput: "BRIC",
    });
  });
});

function twice(line: string): string[] {
  return [line, line];
}
