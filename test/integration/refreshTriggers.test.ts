import { expect, test } from "@jest/globals";
import { meetFaults } from "../../scripts/bench/triggersMeasure.ts";
import { withWay, type Way } from "../../scripts/bench/triggersWays.ts";
import { sharedServer } from "../support/server.ts";

// What docs/decisions/0006-cron-not-triggers.md says of writers, on each server that is supported.
test.each<[Way, object]>([
  ["trigger", { wrongRows: 1, deadlocks: 1, failedWrites: 10 }],
  ["debounced", { wrongRows: 0, deadlocks: 0, failedWrites: 0 }],
  ["cron", { wrongRows: 0, deadlocks: 0, failedWrites: 0 }],
])("what writers meet where refreshes are started by: %s", async (way, met) => {
  await expect(withWay(sharedServer(), way, (url) => meetFaults(url, way))).resolves.toMatchObject(met);
});
