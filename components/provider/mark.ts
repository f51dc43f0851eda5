import * as pulumi from "@pulumi/pulumi";

/** The input by which a program tells the provider that this is a preview; `check` takes it out again. */
export const MARK = "__preview";

/** The URN of the resource: `check` and `diff` are not told it, and messages are shown on its row. */
export type Mark = string;

/** The mark, in previews only: of a deploy the provider process learns nothing, so that nothing is told twice. */
export function previewMark(
  type: string,
  name: string,
  options: pulumi.CustomResourceOptions | undefined,
): { [MARK]?: Promise<Mark> } {
  if (!pulumi.runtime.isDryRun()) return {};
  const urn = pulumi.createUrn(name, type, options?.parent);
  // A promise and not an output: a child that depends on its component would wait for itself.
  return { [MARK]: new Promise((resolve) => urn.apply(resolve)) };
}
