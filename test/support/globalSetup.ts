import { removeStale } from "../../scripts/database/staleServers.ts";
import { startSharedServer } from "./server.ts";

/** Jest runs this once before the first integration or lifecycle test; the server ends with jest, however jest ends. */
export default async function globalSetup(): Promise<void> {
  await removeStale();
  await startSharedServer();
}
