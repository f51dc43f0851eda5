import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TEMPLATES_FOLDER, TEST_SERVERS_FOLDER } from "./folders.ts";
import { runningPid, signalAndWait } from "./serverProcess.ts";
import { readRecord, removeTraces } from "./serverRecord.ts";

/** Ends and removes what killed processes left: test servers with their folders and markers, half-made templates. */
export async function removeStale(): Promise<void> {
  for (const name of namesIn(TEST_SERVERS_FOLDER)) {
    const directory = join(TEST_SERVERS_FOLDER, name);
    if (makerIsAlive(name)) continue;
    const pid = runningPid(directory);
    if (pid !== undefined) await signalAndWait({ pid, directory }, "SIGQUIT");
    const record = readRecord(directory);
    if (record !== undefined) removeTraces(record);
    rmSync(directory, { recursive: true, force: true });
  }
  for (const name of namesIn(TEMPLATES_FOLDER)) {
    if (name.endsWith(".draft") && !makerIsAlive(name))
      rmSync(join(TEMPLATES_FOLDER, name), { recursive: true, force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function makerIsAlive(name: string): boolean {
  try {
    process.kill(Number.parseInt(name, 10), 0);
    return true;
  } catch {
    return false;
  }
}
