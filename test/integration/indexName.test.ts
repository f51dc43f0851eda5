import { Buffer } from "node:buffer";
import { expect } from "@jest/globals";
import { escapeIdentifier } from "pg";
import { postgresIndexName } from "../../kinds/viewIndex/indexName.ts";
import { randomNumbers } from "../../scripts/fuzz/scheduleStrings.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";

const test = testsWith((use: (database: TestDatabase) => Promise<void>) => withDatabase(use, { template: "empty" }));

const LETTERS = ["a", "b", "_", "Z", " ", '"', "\u00f1", "\u4e16", "\u{1f600}"];
const CHOSEN = `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class v on v.oid = i.indrelid
  where v.relkind = 'm'`;

test("the derived name of an index is the one that the server chooses, also of names that do not fit", async ({
  client,
}) => {
  const random = randomNumbers(21);
  const below = (most: number): number => Math.floor(random() * most);
  const someName = (): string => {
    let made = "x";
    for (let left = below(63); left > 0; left -= 1) {
      const longer = made + (LETTERS[below(LETTERS.length)] ?? "");
      if (Buffer.byteLength(longer) > 63) break;
      made = longer;
    }
    return made;
  };
  for (let round = 0; round < 300; round += 1) {
    const view = someName();
    const columns = [...new Set(Array.from({ length: 1 + below(4) }, someName))];
    const quoted = columns.map((column) => escapeIdentifier(column));
    await client.query("begin");
    await client.query(
      `create materialized view ${escapeIdentifier(view)} as select ${quoted.map((one) => `1 as ${one}`).join(", ")}`,
    );
    await client.query(`create unique index on ${escapeIdentifier(view)} (${quoted.join(", ")})`);
    const { rows } = await client.query<{ name: string }>(CHOSEN);
    await client.query("rollback");
    expect([view, columns, postgresIndexName(view, columns)]).toEqual([view, columns, rows[0]?.name]);
  }
});
