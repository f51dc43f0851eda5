import * as pulumi from "@pulumi/pulumi";
import { ownSettings } from "../lifecycle/configKeys.ts";
import { problemReport } from "../postgres/errors.ts";

/**
 * Refuses settings in our namespace that there are none of. A project that is called like us has its own there.
 * @throws with the right name of each.
 */
export function refuseUnknownSettings(): void {
  if (pulumi.getProject() === "matview") return;
  const { unknown } = ownSettings(pulumi.runtime.allConfig());
  if (unknown.length > 0) throw problemReport("configuration of this stack", unknown);
}
