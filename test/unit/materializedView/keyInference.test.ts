import { describe, expect, test } from "@jest/globals";
import { inferKey } from "../../../kinds/materializedView/lint/keyInference.ts";
import { FACTS, tree } from "./definitionFacts.ts";

describe("a key is proven unique", () => {
  test.each([
    ["the primary key of the only table", "select id, x from a", "id"],
    ["a longer key that holds a unique one", "select id, x from a", "x id"],
    ["a renamed key", "select a.id as numero from a", "numero"],
    ["a unique index of several columns", "select a_id, n from b", "a_id n"],
    ["a part of it, the rest being fixed", "select a_id from b where n = 7", "a_id"],
    ["joined to a unique column", "select b.id, a.x from b join a on a.id = b.a_id", "id"],
    ["joined from the other side", "select b.id, a.x from a join b on b.a_id = a.id", "id"],
    ["left joined to a unique column", "select b.id from b left join a on a.id = b.a_id", "id"],
    ["right joined", "select b.id from a right join b on a.id = b.a_id", "id"],
    ["joined in WHERE", "select b.id from a, b where a.id = b.a_id and a.x > 1", "id"],
    ["joined with using", "select b.id from b join (select id as a_id from a) p using (a_id)", "id"],
    ["two keys of a product", "select a.id, b.id as b from a cross join b", "id b"],
    [
      "joined to groups",
      "select a.id, t.total from a left join (select a_id, count(*) as total from b group by a_id) t on t.a_id = a.id",
      "id",
    ],
    [
      "joined to the first of each",
      "select a.id from a left join lateral (select n from b where b.a_id = a.id order by n limit 1) u on true",
      "id",
    ],
    ["joined to one row", "select a.id, t.total from a cross join (select count(*) as total from b) t", "id"],
    [
      "joined to a lateral aggregate",
      "select a.id from a, lateral (select max(n) as n from b where b.a_id = a.id) t",
      "id",
    ],
    ["grouped by the key", "select x, count(*) from a group by x", "x"],
    ["grouped by position", "select x, y, count(*) from a group by 1, 2", "x y"],
    [
      "grouped by more than the primary key",
      "select a.id, max(b.n) from a join b on b.a_id = a.id group by a.id, a.x",
      "id",
    ],
    ["grouped by an expression", "select lower(y) as y2 from a group by lower(y)", "y2"],
    ["distinct on", "select distinct on (x) x, id from a order by x, id", "x"],
    ["distinct", "select distinct x, y from a", "x y"],
    ["union", "select x from a union select n from b", "x"],
    ["except all", "select id from a except all select id from b", "id"],
    ["one row", "select count(*) as id from a", "id"],
    [
      "through a common table expression",
      "with g as (select a_id from b group by a_id) select g.a_id from g join a on a.id = g.a_id",
      "a_id",
    ],
    ["through a star", "select * from (select id, x from a) t", "id"],
  ])("when it is %s", async (_title, text, key) => {
    expect(inferKey(await tree(text), key.split(" "), FACTS).isUnique).toBe(true);
  });

  test.each([
    ["a column that is not unique", "select x from a", "x"],
    ["a key that a join multiplies", "select a.id from a join b on b.a_id = a.id", "id"],
    ["left joined to many", "select a.id from a left join b on b.a_id = a.id", "id"],
    ["joined on an inequality", "select b.id from b join a on a.id <> b.a_id", "id"],
    ["joined on either of two", "select b.id from b join a on a.id = b.a_id or a.id = b.n", "id"],
    ["full joined", "select b.id from b full join a on a.id = b.a_id", "id"],
    ["natural joined", "select id from a natural join b", "id"],
    ["joined to itself by an expression of the same side", "select b.id from b, a where a.id = a.x + b.n", "id"],
    ["a product", "select a.id from a, b", "id"],
    ["part of a unique index", "select a_id from b", "a_id"],
    ["a table without a unique index", "select v from sin_llave", "v"],
    ["a relation that the catalog does not know", "select id from otra", "id"],
    ["unnested", "select id, unnest(array[1, 2]) as n from a", "id"],
    ["multiplied by a function", "select a.id from a, generate_series(1, 2)", "id"],
    ["joined through the rows of a third", "select b.id from a, b, sin_llave s where a.id = s.v and s.w = b.n", "id"],
    [
      "the first of each row of another",
      "select t.id from a join lateral (select id from b where b.a_id = a.x order by id limit 1) t on t.id = a.id join b on b.n = 1",
      "id",
    ],
    ["beside two that find each other", "select b.id from a, b, b as c where a.id = c.a_id and c.id = a.x", "id"],
    [
      "grouped, and an outer join's other condition decides",
      "select b.a_id from b left join a on a.id = b.a_id and b.n = 1 group by b.a_id, a.x",
      "a_id",
    ],
    ["grouped by more", "select x from a group by x, y", "x"],
    ["grouped by a column that another output hides", "select lower(y) as y from a group by y", "y"],
    ["in grouping sets", "select x, y from a group by grouping sets ((x, y), (x))", "x y"],
    ["union all", "select id from a union all select id from b", "id"],
    ["distinct on another column", "select distinct on (x) x, y from a", "y"],
    ["the first rows with ties", "select x from a order by x fetch first 1 row with ties", "x"],
    ["recursive", "with recursive r as (select id from a union all select id from r) select id from r", "id"],
  ])("never when it is %s", async (_title, text, key) => {
    expect(inferKey(await tree(text), key.split(" "), FACTS).isUnique).toBe(false);
  });

  test.each([
    ["select id, y from a", "id y", ["y"]],
    ["select id, coalesce(y, 0) as y from a", "id y", []],
    ["select id, y from a where y is not null", "id y", []],
    ["select id, y from a where y > 3", "id y", []],
    ["select id, y from a where y > 3 or x = 1", "id y", ["y"]],
    ["select a.id, b.id as b from a left join b on b.a_id = a.id", "id b", ["b"]],
    ["select a.id, b.id as b from a join b on b.a_id = a.id", "id b", []],
    ["select b.z as id from b join a on a.id = b.z", "id", []],
    ["select id::text as id, x + 1 as x from a", "id x", ["x"]],
    ["select x, count(*) as n from a group by x", "x n", []],
    ["select x, y from a group by grouping sets ((x), (y))", "x y", ["x", "y"]],
    ["select id from a union select z from b", "id", ["id"]],
    ["select id from a union select id from b", "id", []],
    ["select id from otra", "id", ["id"]],
  ])("and not null: of %s", async (text, key, nullable) => {
    expect(inferKey(await tree(text), key.split(" "), FACTS).nullable).toEqual(nullable);
  });
});
