import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type pg from "pg";
import { keyProblem, nullsCost, proveKey } from "../../kinds/materializedView/keyProof.ts";
import { withDatabase } from "../support/database.ts";

const VIEW = { schema: "public", name: "vista" };

async function withRows(rows: string, action: (client: pg.Client) => Promise<void>): Promise<void> {
  await withDatabase(
    async ({ client }) => {
      await client.query(`create materialized view vista as select * from (values ${rows}) as v (a, b, "Mi columna")`);
      await action(client);
    },
    { template: "empty" },
  );
}

const ROWS =
  "(1, 'x', 1), (1, 'y', 1), (1, 'y', 2), (2, 'x', 3), (2, 'x', 3), (3, null, 4), (null, null, 5), (null, 'z', 5)";

test("a key that holds is proven, in the relation and in the definition", async () => {
  await withRows(ROWS, async (client) => {
    const key = ["a", "b", "Mi columna"];
    const proven = { rows: 3, duplicateGroups: 0, duplicateRows: 0, nullRows: 0, mayHoldNulls: true };
    const definition = "select * from vista where a = 1 -- all different";
    expect(await proveKey(client, { source: { definition }, key })).toEqual(proven);
    await client.query(`create materialized view unica as ${definition}`);
    const proof = await proveKey(client, { source: { relation: { schema: "public", name: "unica" } }, key });
    expect(proof).toEqual(proven);
    expect(keyProblem(VIEW, key, proof)).toBeUndefined();
  });
});

test("a refusal says how many key values and rows, and shows none of them", async () => {
  await withRows(ROWS, async (client) => {
    const source = { relation: VIEW };
    const proof = await proveKey(client, { source, key: ["a", "b"] });
    expect(proof).toEqual({ rows: 8, duplicateGroups: 2, duplicateRows: 4, nullRows: 3, mayHoldNulls: true });
    expect(keyProblem(VIEW, ["a", "b"], proof)).toBe(
      "key (a, b) of public.vista does not hold: 2 values of it occur more than once, in 4 rows of 8. A concurrent refresh needs a key that is unique, where nulls are equal: declare other columns, or make the definition give one row a key.",
    );
    // As a server before 15 would say it.
    expect(keyProblem(VIEW, ["a", "b"], { ...proof, mayHoldNulls: false })).toBe(
      "key (a, b) of public.vista does not hold: 2 values of it occur more than once, in 4 rows of 8; 3 rows of 8 have a null in it. A concurrent refresh needs a key that is unique and, before PostgreSQL 15, not null (a row with a null that is there twice would get lost without an error): declare other columns, or make the definition give one row a key.",
    );
  });
});

test("a refusal counts in the singular and with thousands", () => {
  const proof = { rows: 3230, duplicateGroups: 1, duplicateRows: 1200, nullRows: 1, mayHoldNulls: false };
  expect(keyProblem(VIEW, ["Id"], proof)).toMatch(
    /^key \(Id\) of public\.vista does not hold: 1 value of it occurs more than once, in 1,200 rows of 3,230; 1 row of 3,230 has a null in it\. /,
  );
  const holds = { ...proof, duplicateGroups: 0, duplicateRows: 0 };
  expect(keyProblem(VIEW, ["Id"], holds)).toMatch(/does not hold: 1 row of 3,230 has a null in it\. /);
  expect(keyProblem(VIEW, ["Id"], { ...holds, mayHoldNulls: true })).toBeUndefined();
  expect(nullsCost(VIEW, ["Id"], { ...holds, nullRows: 12, mayHoldNulls: true })).toBe(
    "key (Id) of public.vista: 12 rows of 3,230 have a null in it: every refresh deletes and writes them again, changed or not",
  );
});

test("a key column that is not there and a type that no unique index holds are named", async () => {
  await withRows("(1, '{}'::json, 1)", async (client) => {
    const refusal = async (key: string[]): Promise<string> =>
      await proveKey(client, { source: { definition: "table vista" }, key }).then(
        () => "was proven",
        (error: Error) => error.message,
      );
    expect(await refusal(["a", "C"])).toBe(
      "cannot prove the key (a, C): column q.C does not exist [42703]. Declare columns that the definition returns.",
    );
    expect(await refusal(["b"])).toBe(
      "cannot prove the key (b): could not identify an equality operator for type json [42883]. A key needs types that a unique index can hold; json and xml are none.",
    );
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

test("a relation is proven inside the caller's transaction, with rows that only it sees", async () => {
  await withRows("(1, 'x', 1)", async (client) => {
    await client.query("begin");
    await client.query("create materialized view aparte as select 1 as a union all select 1");
    const proof = await proveKey(client, { source: { relation: { schema: "public", name: "aparte" } }, key: ["a"] });
    await client.query("rollback");
    expect(proof).toEqual({ rows: 2, duplicateGroups: 1, duplicateRows: 2, nullRows: 0, mayHoldNulls: true });
  });
});

test("a key is proven exactly when PostgreSQL builds a unique index on it that takes nulls for equal", async () => {
  await withDatabase(
    async ({ client }) => {
      const value = fc.option(fc.constantFrom("1", "2", "3"), { nil: "null" });
      const rows = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(rows, async (pairs) => {
          await client.query("drop materialized view if exists vista");
          await client.query(
            `create materialized view vista as select * from (values ${pairs.map(([a, b]) => `(${a}::int, ${b}::int)`).join(", ")}) v (a, b)`,
          );
          const proof = await proveKey(client, { source: { relation: VIEW }, key: ["a", "b"] });
          const isUnique = await client.query("create unique index on vista (a, b) nulls not distinct").then(
            () => true,
            (error: { code: string }) => (error.code === "23505" ? false : Promise.reject(error)),
          );
          const nulls = pairs.filter((pair) => pair.includes("null")).length;
          expect({ ...proof, isUnique }).toMatchObject({
            rows: pairs.length,
            nullRows: nulls,
            isUnique: proof.duplicateGroups === 0,
          });
          const holds = (mayHoldNulls: boolean) =>
            keyProblem(VIEW, ["a", "b"], { ...proof, mayHoldNulls }) === undefined;
          expect([holds(true), holds(false)]).toEqual([isUnique, isUnique && nulls === 0]);
        }),
        { numRuns: 40 },
      );
    },
    { template: "empty" },
  );
});
