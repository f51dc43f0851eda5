/** What is tried of a view `own.mv` over `raw.t`. */
export interface Trial {
  readonly title: string;
  /** Beside table raw.t, which `o` may select from without the use of its schema. */
  readonly setup?: readonly string[];
  /** What the view selects; default: id and n of the table. */
  readonly definition?: string;
  readonly index?: string;
  /** Makes it so, when all is there. `o` is the view's owner, `a` another role. */
  readonly then: readonly string[];
  /** What a plain refresh says; empty where it succeeds. */
  readonly plain: string;
  /** A concurrent one, where it says something else. */
  readonly concurrent?: string;
  /** Where the product cannot tell, or does not. */
  readonly isUntold?: true;
}

const OWN_FUNCTION = "create function raw.f(x text) returns text language sql immutable return upper(x)";
const CLOSED = "revoke execute on function raw.f(text) from public";

// View raw.w is of role a, and `o` reads it.
const OF_ANOTHER = ["alter view raw.w owner to a", "grant select on raw.w to o"];

/** What PostgreSQL demands of the view's owner in a refresh, whoever runs it: the table of truth. */
export const TRIALS: readonly Trial[] = [
  { title: "usage on a source's schema is not", then: [], plain: "" },
  { title: "select on a source is", then: ["revoke select on raw.t from o"], plain: "permission denied for table t" },
  {
    title: "select on every column that is read would do",
    then: ["revoke select on raw.t from o", "grant select (id, n) on raw.t to o"],
    plain: "",
  },
  {
    title: "select on one of the columns that are read is not enough",
    then: ["revoke select on raw.t from o", "grant select (id) on raw.t to o"],
    plain: "permission denied for table t",
  },
  {
    title: "select on any column would do for a count",
    definition: "select 1 as id, count(*) as n from raw.t",
    then: ["revoke select on raw.t from o", "grant select (m) on raw.t to o"],
    plain: "",
  },
  {
    title: "select on a column of a join's key is",
    definition: "select t.id, u.n from raw.t join raw.t u using (id)",
    then: ["revoke select on raw.t from o", "grant select (n) on raw.t to o"],
    plain: "permission denied for table t",
  },
  {
    title: "select on a column of the condition is",
    definition: "select id, n from raw.t where m > 0",
    then: ["revoke select on raw.t from o", "grant select (id, n) on raw.t to o"],
    plain: "permission denied for table t",
  },
  {
    title: "select on all columns is, for a whole row",
    definition: "select 1 as id, max(to_json(t)::text) as n from raw.t t",
    then: ["revoke select on raw.t from o", "grant select (id, n) on raw.t to o"],
    plain: "permission denied for table t",
    isUntold: true,
  },
  {
    title: "a plain view below reads as its own owner",
    setup: ["create view raw.w as select id, n from raw.t", ...OF_ANOTHER, "grant select on raw.t to a"],
    definition: "select id, n from raw.w",
    then: ["revoke select on raw.t from a"],
    plain: "permission denied for table t",
  },
  {
    title: "columns of a plain view below that are not read are checked all the same",
    setup: ["create view raw.w as select id, n, m from raw.t", ...OF_ANOTHER, "grant select on raw.t to a"],
    definition: "select id, n from raw.w",
    then: ["revoke select on raw.t from a", "grant select (id, n) on raw.t to a"],
    plain: "permission denied for table t",
  },
  {
    title: "a security_invoker view below a plain one reads as the view's owner",
    setup: [
      "create view raw.i with (security_invoker) as select id, n from raw.t",
      "create view raw.w as select id, n from raw.i",
      ...OF_ANOTHER,
      "grant select on raw.i, raw.t to a",
    ],
    definition: "select id, n from raw.w",
    then: ["revoke select on raw.t from o"],
    plain: "permission denied for table t",
  },
  {
    title: "nothing is for what a rule of a plain view below does when it is written to",
    setup: [
      "create table raw.log (id int)",
      "create view raw.w as select id, n from raw.t",
      "create rule logged as on insert to raw.w do instead insert into raw.log select id from raw.t where id = new.id",
      ...OF_ANOTHER,
      "grant select on raw.t to a",
    ],
    definition: "select id, n from raw.w",
    then: [],
    plain: "",
  },
  {
    title: "nothing is on a relation that is only named",
    definition: "select id, n || pg_relation_size('raw.u') as n from raw.t",
    setup: ["create table raw.u ()"],
    then: [],
    plain: "",
  },
  {
    title: "a plain view's owner does, in place of the view's",
    setup: ["create view raw.w as select id, n from raw.t", ...OF_ANOTHER, "grant select on raw.t to a"],
    definition: "select id, n from raw.w",
    then: ["revoke select on raw.t from o"],
    plain: "",
  },
  {
    title: "select on the plain view is",
    setup: ["create view raw.w as select id, n from raw.t"],
    definition: "select id, n from raw.w",
    then: [],
    plain: "permission denied for view w",
  },
  {
    title: "a security_invoker view below reads as the view's owner",
    setup: ["create view raw.w with (security_invoker) as select id, n from raw.t", "grant select on raw.w to o"],
    definition: "select id, n from raw.w",
    then: ["revoke select on raw.t from o"],
    plain: "permission denied for table t",
  },
  {
    title: "select on a materialized view below is, and on nothing below that",
    setup: ["create materialized view raw.w as select id, n from raw.t", "grant select on raw.w to o"],
    definition: "select id, n from raw.w",
    then: ["revoke select on raw.t from o"],
    plain: "",
  },
  {
    title: "execute on a function of the definition is",
    setup: [OWN_FUNCTION],
    definition: "select id, raw.f(n) as n from raw.t",
    then: [CLOSED],
    plain: "permission denied for function f",
  },
  {
    title: "execute on a function of a plain view below is the view's owner's affair",
    setup: [
      OWN_FUNCTION,
      "create view raw.w as select id, raw.f(n) as n from raw.t",
      ...OF_ANOTHER,
      "grant select on raw.t to a",
    ],
    definition: "select id, n from raw.w",
    then: [CLOSED, "grant execute on function raw.f(text) to a"],
    plain: "permission denied for function f",
  },
  {
    title: "execute on a function of a column that is not read is not",
    setup: [
      OWN_FUNCTION,
      "create view raw.w as select id, n, raw.f(n) as upper from raw.t",
      "grant select on raw.w to o",
    ],
    definition: "select id, n from raw.w",
    then: [CLOSED],
    plain: "",
  },
  {
    title: "execute on an operator's function is",
    setup: [
      "create function raw.g(a text, b int) returns text language sql immutable return a || b",
      "create operator raw.+% (leftarg = text, rightarg = int, function = raw.g)",
    ],
    definition: "select id, n operator(raw.+%) 1 as n from raw.t",
    then: ["revoke execute on function raw.g from public"],
    plain: "permission denied for function g",
  },
  {
    title: "execute on a cast's function is",
    setup: [
      "create type raw.pair as (a text)",
      "create function raw.h(x int) returns raw.pair language sql immutable return row(x::text)::raw.pair",
      "create cast (int as raw.pair) with function raw.h(int)",
    ],
    definition: "select id, (id::raw.pair).a as n from raw.t",
    then: ["revoke execute on function raw.h from public"],
    plain: "permission denied for function h",
  },
  {
    title: "execute on an aggregate is, on its parts the aggregate's owner's affair",
    setup: [
      "create function raw.step(s text, x text) returns text language sql immutable return s || x",
      "create aggregate raw.agg(text) (sfunc = raw.step, stype = text, initcond = '')",
    ],
    definition: "select id, raw.agg(n) as n from raw.t group by id",
    then: ["revoke execute on function raw.step from public"],
    plain: "",
  },
  {
    title: "execute on an aggregate is",
    setup: [
      "create function raw.step(s text, x text) returns text language sql immutable return s || x",
      "create aggregate raw.agg(text) (sfunc = raw.step, stype = text, initcond = '')",
    ],
    definition: "select id, raw.agg(n) as n from raw.t group by id",
    then: ["revoke execute on function raw.agg from public"],
    plain: "permission denied for aggregate agg",
  },
  {
    title: "execute on a window function is",
    setup: [
      "create function raw.step(s text, x text) returns text language sql immutable return s || x",
      "create aggregate raw.agg(text) (sfunc = raw.step, stype = text, initcond = '')",
    ],
    definition: "select id, raw.agg(n) over () as n from raw.t",
    then: ["revoke execute on function raw.agg from public"],
    plain: "permission denied for function agg",
  },
  {
    title: "execute on a function of an index expression is",
    setup: [OWN_FUNCTION],
    index: "(raw.f(n))",
    then: [CLOSED],
    plain: "permission denied for function f",
  },
  {
    title: "execute on a function of an index's condition is",
    setup: [OWN_FUNCTION],
    index: "(n) where raw.f(n) <> ''",
    then: [CLOSED],
    plain: "permission denied for function f",
  },
  {
    title: "usage on a type is not",
    setup: ["create domain raw.d as text"],
    definition: "select id, n::raw.d as n from raw.t",
    then: ["revoke usage on type raw.d from public"],
    plain: "",
  },
  {
    title: "usage on a sequence is",
    setup: ["create sequence raw.s"],
    definition: "select id, nextval('raw.s')::text as n from raw.t",
    then: [],
    plain: "permission denied for sequence s",
    isUntold: true,
  },
  {
    title: "usage on a foreign server is not",
    setup: [
      "create extension if not exists file_fdw",
      "create server file_server foreign data wrapper file_fdw",
      "create foreign table raw.lines (n text) server file_server options (program 'echo a')",
      "grant select on raw.lines to o",
    ],
    definition: "select 1 as id, n from raw.lines",
    then: [],
    plain: "",
  },
  {
    title: "usage on the view's own schema is for a concurrent one",
    then: ["revoke usage on schema own from o"],
    plain: "",
    concurrent: "permission denied for schema own",
  },
  {
    title: "create on the view's own schema is not",
    then: ["revoke create on schema own from o, public"],
    plain: "",
  },
  {
    title: "temporary on the database is for a concurrent one",
    then: ["revoke temporary on database here from public"],
    plain: "",
    concurrent: "permission denied for schema pg_temp",
  },
  {
    title: "select on the view itself is for a concurrent one",
    then: ["revoke all on own.mv from o"],
    plain: "",
    concurrent: "permission denied for materialized view mv",
  },
];
