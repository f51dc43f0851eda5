import * as pulumi from "@pulumi/pulumi";
import { REQUEST } from "../lifecycle/resourceRequest.ts";
import type { ResourceRequest } from "../lifecycle/resourceRequest.ts";

/** The request that goes along with a resource's inputs. */
export function resourceRequest(
  type: string,
  name: string,
  options: pulumi.CustomResourceOptions | undefined,
): { [REQUEST]: Promise<ResourceRequest> } {
  const urn = pulumi.createUrn(name, type, options?.parent);
  const isPreview = pulumi.runtime.isDryRun();
  // A promise and not an output: a child that depends on its component would wait for itself.
  return { [REQUEST]: new Promise((resolve) => urn.apply((known) => resolve({ urn: known, isPreview }))) };
}
