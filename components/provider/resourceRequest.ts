import * as pulumi from "@pulumi/pulumi";

/** The input by which a program tells the provider what the engine does not; `check` takes it out again. */
export const REQUEST = "__resource";

/** What the provider is told of a resource beside its inputs. */
export interface ResourceRequest {
  /** A dynamic provider is not handed it, and neither who manages an object nor where messages belong is known without. */
  readonly urn: string;
  readonly isPreview: boolean;
}

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
