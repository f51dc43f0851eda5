import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { asServer, giveToServer } from "./account.ts";
import { DATA, PASSWORD } from "./clusterTemplate.ts";
import { freshName, makePrivateFolder, TEST_SERVERS_FOLDER } from "./folders.ts";
import { requireInstallation } from "./installation.ts";
import { startServer, type Server, type ServerOptions } from "./server.ts";

/**
 * Starts a streaming standby of a private server, with a folder of its own that `stop` removes. It is to be stopped before its primary.
 * @throws with what pg_basebackup said when it cannot be made.
 */
export async function startStandby(
  primary: Server,
  options: Pick<ServerOptions, "settings" | "durable"> = {},
): Promise<Server> {
  const { version } = primary;
  const directory = join(TEST_SERVERS_FOLDER, freshName());
  makePrivateFolder(directory);
  giveToServer(directory);
  copyData(primary, directory);
  copyFileSync(join(primary.directory, PASSWORD), join(directory, PASSWORD));
  giveToServer(join(directory, PASSWORD));
  const server = await startServer({ ...options, directory, version, cronDatabase: primary.cronDatabase });
  return { ...server, stop: () => server.stop({ clean: false, keep: false }) };
}

// Writes the connection to the primary into postgresql.auto.conf, which nothing else here writes.
function copyData(primary: Server, directory: string): void {
  const { binaries, root } = requireInstallation(primary.version);
  const flags = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"];
  const [command, args] = asServer(
    directory,
    [join(binaries, "pg_basebackup"), ["-d", primary.url(), "-D", join(directory, DATA), ...flags]],
    { root },
  );
  execFileSync(command, [...args], { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
}
