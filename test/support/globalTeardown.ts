import { stopSharedServer } from "./server.ts";

/** Jest runs this once after the last test. */
export default async function globalTeardown(): Promise<void> {
  await stopSharedServer();
}
