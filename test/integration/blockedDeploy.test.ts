import { expect, jest } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, OLD, withOld } from "../support/swappedView.ts";
import { change, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(90_000);

const test = testsWith(withOld);

const BEFORE: DesiredView = { ...CHANGED, definition: OLD };

/** What a preview says of who is in the way. */
async function warnings(database: TestDatabase, desired: DesiredView, role?: string): Promise<readonly string[]> {
  const open = <T>(work: (session: Session) => Promise<T>): Promise<T> => withViewSession(database, work, role);
  const see = (wanted: DesiredView) =>
    open(async (session) => ({
      actual: (await materializedViewKind.describe(session, [wanted]))[0],
      capabilities: session.capabilities,
    }));
  const transition = { desired, previous: BEFORE, adopt: false, onDrift: {}, deployer: {} };
  const preview = await previewChange(materializedViewKind, { see, open }, transition, false);
  return [...preview.refusals, ...preview.warnings.filter((warning) => warning.startsWith("in the way"))];
}

/** Somebody whose transaction stays open behind a statement. */
async function holding(
  database: TestDatabase,
  statement: string,
  action: (pid: number) => Promise<void>,
): Promise<void> {
  await withClient(database.url, async (client) => {
    await client.query("set application_name = 'consola'");
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    await client.query(`begin; ${statement}`);
    await action(rows[0]?.pid ?? 0);
    await client.query("rollback");
  });
}

const SINCE = "since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC";

test("a preview names who holds the view that a deploy would lock", async (database) => {
  expect(await warnings(database, CHANGED)).toEqual([]);
  await holding(database, "select nombre from public.mv where nombre = 'secreto'", async (pid) => {
    const [warning, ...more] = await warnings(database, { ...CHANGED, swapDeadlineSeconds: 90 });
    expect(warning).toMatch(
      new RegExp(
        `^in the way of the swap now: pid ${pid} \\(application "consola", user postgres, from 127\\.0\\.0\\.1, idle in transaction ${SINCE}\\), ` +
          `ran last: begin; select nombre from public\\.mv where nombre = '\\.\\.\\.'; a deploy waits for 90 s and gives up then; ` +
          `what ends it: select pg_terminate_backend\\(${pid}\\)$`,
      ),
    );
    expect(more).toEqual([]);
    // A comment lets readers pass.
    expect(await warnings(database, { ...BEFORE, comment: "otro" })).toEqual([]);
  });
  await holding(database, "comment on materialized view public.mv is 'x'", async (pid) => {
    expect((await warnings(database, { ...BEFORE, comment: "otro" })).join()).toContain(`pid ${pid}`);
  });
});

test("a step that gives up names who was in the way and what ends it", async (database) => {
  const desired = { ...BEFORE, comment: "otro" };
  await holding(database, "comment on materialized view public.mv is 'x'", async (pid) => {
    await expect(change(database, desired, BEFORE)).rejects.toThrow(
      new RegExp(
        `^public\\.mv: could not .*\\[55P03\\]\\. pid ${pid} \\(application "consola".* holds a lock on it for longer than 5000 ms; run it ` +
          `again when that session is done, or end it: select pg_terminate_backend\\(${pid}\\)\\.$`,
      ),
    );
  });
  expect((await change(database, desired, BEFORE)).rest).toEqual(CONVERGED);
});

test("a preview of a view whose source somebody holds names who it is", async (database) => {
  await holding(database, "lock table public.ejecutivos in access exclusive mode", async (pid) => {
    expect((await warnings(database, CHANGED)).join("\n")).toMatch(
      new RegExp(
        `^cannot describe materialized view public\\.mv: a source is locked by pid ${pid} \\(application "consola".* ` +
          `try again when it is done, or end it: select pg_terminate_backend\\(${pid}\\) \\[55P03\\]$`,
      ),
    );
  });
});
