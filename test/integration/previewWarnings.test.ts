import { describe, expect, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { previewLines } from "../../lifecycle/preview/lines.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import { withSession } from "../../postgres/session.ts";
import type { Session } from "../../postgres/session.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";

const open = <T>(database: TestDatabase, work: (session: Session) => Promise<T>): Promise<T> =>
  withSession(resolveConnection({}, { MATVIEW_DATABASE_URL: database.url }), "test", work);

describe("a preview of a view", () => {
  const desired: DesiredView = {
    schema: "public",
    name: "mv",
    uniqueKey: ["id"],
    definition: "select *, now() as visto_at from public.ejecutivos",
  };

  test("warns of what its definition costs, with the way out", async () => {
    await withDatabase(async (database) => {
      const reader = {
        open: <T>(work: (session: Session) => Promise<T>) => open(database, work),
        see: (wanted: DesiredView) =>
          open(database, async (session) => ({
            actual: (await materializedViewKind.describe(session, [wanted]))[0],
            capabilities: session.capabilities,
          })),
      };
      const transition = { desired, previous: undefined, adopt: false, onDrift: {}, deployer: {} };
      const preview = await previewChange(materializedViewKind, reader, transition, false);
      expect(preview.warnings.map((warning) => /\[([a-z-]+)\]$/.exec(warning)?.[1]).sort()).toEqual([
        "changing-value",
        "select-star",
      ]);
      const { severity, lines } = previewLines(preview);
      expect(severity).toBe("warning");
      expect(lines.filter((line) => line.startsWith("warning: "))).toEqual(
        preview.warnings.map((warning) => `warning: ${warning}`),
      );
    });
  });

  test.each([
    [
      "a key that it does not have",
      { uniqueKey: ["nada"] },
      [/^key column nada is none of the definition's columns: id, /],
    ],
    ["what cannot be parsed", { definition: "select from where" }, [/syntax error/]],
    ["not what the same run may still make", { definition: "select * from public.aun_no" }, []],
  ])("refuses what the deploy will: %s", async (_what, changed, refusals) => {
    await withDatabase(async (database) => {
      const see = (wanted: DesiredView) =>
        open(database, async (session) => ({
          actual: (await materializedViewKind.describe(session, [wanted]))[0],
          capabilities: session.capabilities,
        }));
      const reader = { see, open: <T>(work: (session: Session) => Promise<T>) => open(database, work) };
      const transition = { desired: { ...desired, ...changed }, previous: undefined, adopt: false, deployer: {} };
      const preview = await previewChange(materializedViewKind, reader, transition, false);
      expect(preview.refusals).toEqual(refusals.map((pattern) => expect.stringMatching(pattern)));
    });
  });
});
