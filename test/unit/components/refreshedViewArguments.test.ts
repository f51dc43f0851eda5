import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { checkedArguments } from "../../../components/checkRefreshedView.ts";
import type { RefreshedViewArgs } from "../../../components/refreshedViewArgs.ts";

/** As a program without types may write them. */
const check = (args: object) => checkedArguments("ventas", args as RefreshedViewArgs);

describe("an argument that there is none of", () => {
  test.each([
    [{ dependants: "recreate" }, "dependants is no argument; did you mean dependents?"],
    [{ Owner: "x" }, "Owner is no argument; did you mean owner?"],
    [{ job: { statmentTimeout: "5s" } }, "job.statmentTimeout is no argument; did you mean refresh.statementTimeout?"],
    [{ maxAge: "5m" }, "maxAge is no argument; did you mean refresh.maxAge?"],
    [{ refresh: { minage: "2m" } }, "refresh.minage is no argument; did you mean refresh.minAge?"],
    [{ job: { hasOwnProperty: 1 } }, "job.hasOwnProperty is no argument; known are name, schedule, active"],
    [{ connection: { host: "x" } }, "connection.host is no argument; known are name, databaseUrl, cronDatabase"],
  ])("is told with the right one: %j", (args, problem) => {
    expect(() => check(args)).toThrow(`RefreshedView ventas: 1 problem\n  - ${problem}`);
  });

  test("is no mistake where it has no value, and all are told at once", () => {
    expect(() => check({ dependants: undefined, job: undefined, refresh: { vacuum: undefined } })).not.toThrow();
    expect(() => check({ ower: "x", job: { shedule: "x" } })).toThrow(
      "RefreshedView ventas: 2 problems\n  - ower is no argument; did you mean owner?\n" +
        "  - job.shedule is no argument; did you mean job.schedule?",
    );
  });
});

describe("an output where the program must know the value", () => {
  test.each([
    [{ job: pulumi.output({ name: "x" }) }, "job is an output", "give each of its properties (name, schedule, active)"],
    [{ uniqueKey: pulumi.output(["a"]) }, "uniqueKey is an output", "which resources there are"],
    [{ refresh: { keepRuns: Promise.resolve("7d") } }, "refresh.keepRuns is an output", "must be known"],
    [{ keepPrevious: pulumi.output("2h") }, "keepPrevious is an output", "must be known"],
  ])("is refused: %#", (args, problem, advice) => {
    expect(() => check(args)).toThrow(problem);
    expect(() => check(args)).toThrow(advice);
  });
});

describe("what is no list or object", () => {
  test.each([
    [{ uniqueKey: "id" }, "uniqueKey must be a list: write it in square brackets"],
    [{ job: null }, "job must be an object with name, schedule, active"],
    [{ job: "refresh-ventas" }, "job must be an object with name, schedule, active"],
    [{ refresh: { vacuum: null } }, "refresh.vacuum is null: leave it out"],
  ])("is told: %j", (args, problem) => {
    expect(() => check(args)).toThrow(`RefreshedView ventas: 1 problem\n  - ${problem}`);
  });
});

const PARTS =
  "columns, include, method, where, nullsNotDistinct, storageParameters, tablespace, statistics, sql, name, unique";

describe("an index", () => {
  test.each([
    [{ indexes: [{ colums: ["a"] }] }, "indexes[0]: 1 problem\n  - colums is no argument; did you mean columns?"],
    [{ indexes: [{ columns: ["a"] }, null] }, `indexes[1] must be a plain object with ${PARTS}`],
    [{ indexes: [pulumi.output({ columns: ["a"] })] }, `indexes[0] must be a plain object with ${PARTS}`],
    [{ keyIndex: { name: "x" } }, "1 problem\n  - keyIndex.name is no argument"],
  ])("that is no index is told: %#", (args, problem) => {
    expect(() => check(args)).toThrow(problem);
  });
});
