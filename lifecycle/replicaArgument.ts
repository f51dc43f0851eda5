import { resolveReplicas } from "../postgres/connection.ts";
import type { ReplicaConfig } from "../postgres/connection.ts";
import { isUserError } from "../postgres/errors.ts";
import type { Open } from "./look.ts";
import type { CheckFailure } from "./resourceProvider.ts";
import type { ResourceRequest } from "./resourceRequest.ts";
import { isUnknown } from "./unknowns.ts";

/** Opens sessions that know the replicas that are named for an object. */
export function openWithReplicas(
  open: Open,
  { request, ...configured }: Omit<ReplicaConfig, "argument"> & { readonly request: ResourceRequest | undefined },
): Open {
  return (work, asks) =>
    open((session) => {
      const replicas = resolveReplicas({ argument: knownReplicas(request), ...configured });
      return work({ ...session, replicas });
    }, asks);
}

/** The URLs of an object's replicas, where there are any and all are known. */
function knownReplicas(request: ResourceRequest | undefined): readonly string[] | undefined {
  const urls = request?.readReplicas;
  return isUnknown(urls) ? undefined : urls;
}

/** Why they cannot be taken. */
export function replicaFailures(request: ResourceRequest | undefined): CheckFailure[] {
  try {
    const argument = knownReplicas(request);
    if (argument !== undefined && !isListOfTexts(argument))
      return [{ property: "readReplicas", reason: "must be a list of postgresql:// URLs" }];
    resolveReplicas({ argument }, {});
    return [];
  } catch (error) {
    if (!isUserError(error)) throw error;
    return [{ property: "readReplicas", reason: error.message }];
  }
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
