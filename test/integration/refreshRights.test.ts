import { describe, expect, test } from "@jest/globals";
import { closedSources } from "../../kinds/sources.ts";
import type { Source } from "../../kinds/sources.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { shared } from "../support/lent.ts";
import { TRIALS } from "../support/refreshTrials.ts";
import type { Trial } from "../support/refreshTrials.ts";

const database = shared<TestDatabase>((use) => withDatabase(use, { template: "empty" }));

async function worldOf({ setup = [], definition = "select id, n from raw.t", index, then }: Trial): Promise<{
  run: (statement: string) => Promise<string>;
  lost: (isConcurrent: boolean) => Promise<readonly Source[]>;
}> {
  const { client, createRole, name } = database();
  const [owner, other] = [await createRole({ prefix: "o" }), await createRole({ prefix: "a" })];
  const named = (statement: string): string =>
    statement
      .replace(/\b(to|from) o\b/g, `$1 ${owner}`)
      .replace(/\b(to|from) a\b/g, `$1 ${other}`)
      .replace("database here", `database ${name}`);
  const statements = [
    "drop schema if exists own, raw cascade",
    "drop extension if exists file_fdw cascade",
    `grant temporary on database ${name} to public`,
    "create schema raw",
    "create schema own",
    "create table raw.t (id int primary key, n text not null, m int not null default 1)",
    "insert into raw.t values (1, 'a')",
    "grant select on raw.t to o",
    "grant usage on schema own to o",
    ...setup,
    `create materialized view own.mv as ${definition}`,
    "create unique index mv_key on own.mv (id)",
    ...(index === undefined ? [] : [`create index mv_more on own.mv ${index}`]),
    "alter materialized view own.mv owner to o",
    ...then,
    "update raw.t set n = 'b'",
  ];
  for (const statement of statements) await client.query(named(statement));
  const run = (statement: string): Promise<string> =>
    client.query(statement).then(
      () => "",
      (error: Error) => error.message,
    );
  const lost = async (isConcurrent: boolean): Promise<readonly Source[]> => {
    const own = isConcurrent ? "own" : null;
    const { rows } = await client.query<Source>(sqlText("describe/sources"), [
      "own.mv",
      null,
      "own.mv",
      own,
      isConcurrent,
    ]);
    return closedSources({ sources: rows });
  };
  return { run, lost };
}

describe("of the view's owner", () => {
  for (const trial of TRIALS) {
    test(trial.title, async () => {
      const { run, lost } = await worldOf(trial);
      const { plain, concurrent = plain, isUntold = false } = trial;
      const found = {
        plain: await run("refresh materialized view own.mv"),
        concurrent: await run("refresh materialized view concurrently own.mv"),
      };
      expect(found).toEqual({
        plain: plain === "" ? "" : expect.stringContaining(plain),
        concurrent: concurrent === "" ? "" : expect.stringContaining(concurrent),
      });
      expect(await lost(true)).toHaveLength(concurrent === "" || isUntold ? 0 : 1);
      expect(await lost(false)).toHaveLength(plain === "" || isUntold ? 0 : 1);
    });
  }
});
