import { withServer } from "./database.ts";
import type { TestDatabase } from "./database.ts";
import { withStack } from "./engine.ts";
import type { TestStack } from "./engine.ts";
import { shared } from "./lent.ts";
import { mustRun, UP } from "./pulumi.ts";

/** A server of its own with the sample, and this checkout's program as a stack on it. */
export interface Deployment {
  readonly database: TestDatabase;
  readonly stack: TestStack;
}

export const DEV_CONFIG = { owner: "matview_owner", managePlatform: true };

/** Gives the action a server and a stack, both removed afterwards. */
export async function withDeployment(
  config: Readonly<Record<string, unknown>>,
  action: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  await withServer({ extension: false }, async (database) => {
    await database.server.mapRole("matview_owner");
    await withStack({ config, env: { MATVIEW_DATABASE_URL: database.url } }, (stack) => action({ database, stack }));
  });
}

/** One deployment for all tests of a file, made by `up`. */
export function sharedDeployment(config: Readonly<Record<string, unknown>> = DEV_CONFIG): () => Deployment {
  return shared<Deployment>(
    (use) => withDeployment(config, use),
    ({ stack }) => mustRun(stack, UP),
  );
}
