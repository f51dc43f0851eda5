import { existsSync } from "node:fs";
import { join } from "node:path";
import { requireInstallation } from "./database/installation.ts";
import { runningServer } from "./database/local.ts";
import { runHere } from "./devStack.ts";
import { runScript } from "./runScript.ts";

// psql on the dev stack's database, with psql's own arguments: npm run psql -- -c "select ..."
await runScript(async () => {
  const server = runningServer();
  if (server === undefined) throw new Error("The dev stack's database is not running: start it with npm run up.");
  const own = join(requireInstallation(server.version).binaries, "psql");
  return await runHere(existsSync(own) ? own : "psql", process.argv.slice(2), {
    ...process.env,
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: "postgres",
    PGDATABASE: server.cronDatabase,
    PGPASSWORD: server.password(),
  });
});
