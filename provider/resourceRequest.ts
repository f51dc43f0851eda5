import * as pulumi from "@pulumi/pulumi";
import { KEEPS, REQUEST } from "../lifecycle/resourceRequest.ts";
import type { Keeps, ResourceRequest } from "../lifecycle/resourceRequest.ts";

/** The request that goes along with a resource's inputs. */
export function resourceRequest(
  type: string,
  name: string,
  args: object,
  options: pulumi.CustomResourceOptions | undefined,
): { [REQUEST]: Promise<ResourceRequest> } {
  const urn = pulumi.createUrn(name, type, options?.parent);
  // A promise and not an output: a child that depends on its component would wait for itself.
  const known = new Promise<string>((resolve) => urn.apply(resolve));
  return { [REQUEST]: requestOf(known, args) };
}

async function requestOf(urn: Promise<string>, args: object): Promise<ResourceRequest> {
  const isPreview = pulumi.runtime.isDryRun();
  const entries = Object.entries(args) as [string, unknown][];
  const secret = await Promise.all(entries.map(([, value]) => pulumi.isSecret(pulumi.output(value))));
  const secrets = entries.filter((_entry, index) => secret[index]).map(([property]) => property);
  return { urn: await urn, isPreview, ...(secrets.length === 0 ? {} : { secrets }) };
}

/** Each known by itself: what a preview does not know yet leaves the others where they are. */
export type KeepsArgs = Readonly<Record<string, pulumi.Input<Keeps[string]>>>;

/** What goes along beside it, see `KEEPS`. */
export function kept(values: KeepsArgs | undefined): { [KEEPS]?: KeepsArgs } {
  return values === undefined ? {} : { [KEEPS]: values };
}
