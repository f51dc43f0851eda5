import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { viewDefinition } from "../../components/viewDefinition.ts";
import { preflightView } from "../../kinds/materializedView/preflight.ts";
import { withDatabase } from "../support/database.ts";
import { withViewSession } from "../support/viewChange.ts";

test("what is wrong with a definition is told with its file and the line there, comments at its head included", async () => {
  const here = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "matview-file-"));
  try {
    mkdirSync(join(folder, "sql", "views"), { recursive: true });
    process.chdir(folder);
    const problemsOf = (text: string): Promise<string[]> => {
      writeFileSync(join("sql", "views", "mv.sql"), text);
      const desired = { schema: "public", name: "mv", definition: viewDefinition("mv"), uniqueKey: ["id"] };
      return withDatabase((database) => withViewSession(database, (session) => preflightView(session, desired)));
    };
    expect(
      await problemsOf("-- What it is.\r\n-- Who asked.\r\n\r\nselect id,\r\n  nada\r\nfrom public.ejecutivos;\r\n"),
    ).toEqual([
      'the definition is not valid on this server: sql/views/mv.sql, line 5, column 3: column "nada" does not exist [42703]\n    nada\n    ^',
    ]);
    expect(await problemsOf("-- What it is.\nselect id\nfrom where")).toEqual([
      expect.stringMatching(/^sql\/views\/mv\.sql, line 3, column 6: syntax error/),
    ]);
  } finally {
    process.chdir(here);
    rmSync(folder, { recursive: true, force: true });
  }
});
