import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { freshName, TEST_SERVERS_FOLDER } from "../../scripts/database/folders.ts";
import {
  ensureLocalDatabase,
  isLocalDatabase,
  removeLocalDatabase,
  runningServer,
} from "../../scripts/database/local.ts";
import { signalAndWait } from "../../scripts/database/serverProcess.ts";
import { withClient } from "../../scripts/database/withClient.ts";

test("the dev stack's database is started once, comes back with its port and rows after a crash, and is removed whole", async () => {
  const folder = join(TEST_SERVERS_FOLDER, freshName());
  try {
    const first = await ensureLocalDatabase(folder);
    expect(first.started).toBe(true);
    await withClient(first.url, (client) =>
      client.query("delete from public.mensajes_whatsapp where conversacion_id = 1"),
    );
    expect(await ensureLocalDatabase(folder)).toEqual({ url: first.url, started: false });

    const server = runningServer(folder);
    if (server === undefined) throw new Error("it does not run");
    await signalAndWait(server, "SIGQUIT");
    // A shell that was given its URL names no database of the person's own.
    expect([first.url, `${first.url}_otra`].map((url) => isLocalDatabase(url, folder))).toEqual([true, false]);
    expect(await ensureLocalDatabase(folder)).toEqual({ url: first.url, started: true });
    const { rows } = await withClient(first.url, (client) =>
      client.query("select count(*)::int as left from public.mensajes_whatsapp where conversacion_id in (1, 2)"),
    );
    expect(rows).toEqual([{ left: 6 }]);
  } finally {
    await removeLocalDatabase(folder);
  }
  expect([existsSync(folder), runningServer(folder)]).toEqual([false, undefined]);
});
