import * as pulumi from "@pulumi/pulumi";
import { workOfType } from "../kinds/earlierSteps.ts";
import type { OtherWork } from "../kinds/otherWork.ts";

/** What the SDK keeps on each resource. */
interface Node {
  readonly __pulumiType?: string;
  readonly __childResources?: ReadonlySet<Node>;
}

/** What resources of other kinds that the program has declared so far may make; a provider is told of none of them. */
export function otherWork(): readonly OtherWork[] {
  if (!pulumi.runtime.isDryRun()) return [];
  const found = new Set<OtherWork>();
  const visit = (node: Node, parentType: string | undefined): void => {
    const type = node.__pulumiType ?? "";
    const work = pulumi.CustomResource.isInstance(node) ? workOfType(type, parentType) : undefined;
    if (work !== undefined) found.add(work);
    // More cannot be found.
    for (const child of found.has("anything") && found.has("pg_cron") ? [] : (node.__childResources ?? []))
      visit(child, type);
  };
  const stack = pulumi.runtime.getStackResource() as Node | undefined;
  if (stack !== undefined) visit(stack, undefined);
  return [...found];
}
