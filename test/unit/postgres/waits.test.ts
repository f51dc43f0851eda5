import { describe, expect, test } from "@jest/globals";
import { endingSql, holderLine } from "../../../postgres/lockHolders.ts";
import { behindLine, blockageOf, blockageOfView } from "../../../postgres/waits.ts";
import type { Waiting } from "../../../postgres/waits.ts";

const VIEW = { schema: "public", name: "mv" };

function session(pid: number, rest: Partial<Waiting> = {}): Waiting {
  return {
    ...{ pid, application: "app", user: "ana", host: null, state: "active", since: "2026-01-01 10:00:00 UTC" },
    ...{ statement: null, prepared: null, waitsFor: [], waitsForPrepared: [], waitedSeconds: null },
    ...{ wants: null, refreshes: [] },
    ...rest,
  };
}

const refresh = (pid: number, waitsFor: number[], rest: Partial<Waiting> = {}): Waiting =>
  session(pid, { waitsFor, waitedSeconds: 9, refreshes: ["public.mv"], ...rest });

const pids = (some: readonly Waiting[] = []): number[] => some.map(({ pid }) => pid);

describe("who blocks a refresh", () => {
  test("is who waits for nobody, with those between and behind", () => {
    const all = [refresh(1, [2]), session(2, { waitsFor: [3] }), session(3), session(4, { waitsFor: [1] }), session(5)];
    const found = blockageOfView(all, VIEW);
    expect([pids(found?.holders), pids(found?.between), pids(found?.behind)]).toEqual([[3], [2], [4]]);
    expect(found && behindLine(found)).toBe("1 more waits behind it: pid 4 of ana");
  });

  test("is told of the longest wait, of a refresh before that of a reader", () => {
    const reader = session(7, { waitsFor: [3], wants: "public.mv", waitedSeconds: 99 });
    expect(
      blockageOfView([reader, refresh(1, [3]), refresh(2, [3], { waitedSeconds: 12 }), session(3)], VIEW)?.waiter.pid,
    ).toBe(2);
    expect(blockageOfView([reader, session(3)], VIEW)?.waiter.pid).toBe(7);
    expect(blockageOfView([reader, session(3)], { ...VIEW, name: "other" })).toBeUndefined();
  });

  test("is nobody where another refresh is at work, and somebody where that one does nothing", () => {
    const holder = { refreshes: ["public.mv"], statement: "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv" };
    expect(blockageOfView([refresh(1, [2]), session(2, holder)], VIEW)).toBeUndefined();
    const idle = session(2, { ...holder, state: "idle in transaction" });
    expect(pids(blockageOfView([refresh(1, [2]), idle], VIEW)?.holders)).toEqual([2]);
  });

  test("ends in a deadlock too", () => {
    const [one, other] = [refresh(1, [2]), session(2, { waitsFor: [1] })];
    expect(pids(blockageOf([one, other], one)?.holders)).toEqual([2]);
  });
});

describe("a holder", () => {
  test.each([
    [{ state: "active" }, "select pg_cancel_backend(9)"],
    [{ state: "idle in transaction" }, "select pg_terminate_backend(9)"],
    [{ state: "idle in transaction (aborted)" }, "select pg_terminate_backend(9)"],
    [{ state: null }, "select pg_terminate_backend(9)"],
    [{ state: null, application: "autovacuum worker" }, "select pg_cancel_backend(9)"],
    [{ prepared: "lote '7" }, "rollback prepared 'lote ''7'"],
  ])("%j is ended by %s", (rest, statement) => {
    expect(endingSql(session(9, rest))).toBe(statement);
  });

  test.each([
    [
      "update t set a = 'Ana ''la'' Reyes', b = 5512345678.5 where id = $1",
      "update t set a = '...', b = ? where id = $1",
    ],
    ["select E'it\\'s Ana', 'cut off Ana", "select E'...', '...'"],
    ["do $x$ begin perform 'Ana'; end $x$", "do '...'"],
    ["select\n\t1,\u001b[31m\r2", "select ?, [31m ?"],
  ])("says of %j no value and no control character", (statement, shown) => {
    expect(holderLine(session(9, { statement }))).toContain(`, runs: ${shown}`);
    expect(holderLine(session(9, { statement }))).not.toMatch(/Ana|5512345678|\p{Cc}/u);
  });

  test("is named however it is called", () => {
    expect(holderLine(session(9, { user: 'a"b', application: 'x"y', host: "10.0.0.5" }))).toBe(
      'pid 9 (application "x\\"y", user "a""b", from 10.0.0.5, active since 2026-01-01 10:00:00 UTC)',
    );
  });
});
