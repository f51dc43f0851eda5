import * as pulumi from "@pulumi/pulumi";
import { CONFIG_DEFAULTS } from "../lifecycle/configKeys.ts";
import { problemReport } from "../postgres/errors.ts";
import { unknownName } from "../postgres/nearestName.ts";

const NAMESPACE = "matview:";

/**
 * Refuses settings in our namespace that there are none of. A project that is called like us has its own there.
 * @throws with the right name of each.
 */
export function refuseUnknownSettings(): void {
  if (`${pulumi.getProject()}:` === NAMESPACE) return;
  const unknown = Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(NAMESPACE))
    .map((key) => key.slice(NAMESPACE.length))
    .filter((key) => !Object.hasOwn(CONFIG_DEFAULTS, key))
    .map((key) => unknownName("setting", key, Object.keys(CONFIG_DEFAULTS), NAMESPACE));
  if (unknown.length > 0) throw problemReport("configuration of this stack", unknown);
}
