import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { requireInstallation } from "./database/installation.ts";
import { runningServer } from "./database/local.ts";

// psql on the dev stack's database, with psql's own arguments: npm run psql -- -c "select ..."
const server = runningServer();
if (server === undefined) {
  console.error("The dev stack's database is not running: start it with npm run up.");
  process.exit(1);
}
const own = join(requireInstallation(server.version).binaries, "psql");
const { status, error } = spawnSync(existsSync(own) ? own : "psql", process.argv.slice(2), {
  stdio: "inherit",
  env: {
    ...process.env,
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: "postgres",
    PGDATABASE: server.cronDatabase,
    PGPASSWORD: server.password(),
  },
});
if (error !== undefined) console.error(`psql could not be started: ${error.message}`);
process.exit(status ?? 1);
