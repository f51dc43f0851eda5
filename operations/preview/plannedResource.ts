import { titleIn } from "../../lifecycle/databases.ts";
import type { DriftAnswers } from "../../lifecycle/driftAnswers.ts";
import type { ResourcePreview } from "../../lifecycle/preview/previewChange.ts";
import type { PolicyFacts } from "./policyFacts.ts";

/** A resource of a plan, as the plan's JSON has it. */
export interface PlannedResource extends Planned {
  /** Name of the connection to its database; null where the program has one. */
  readonly connection: string | null;
  /** The program gives that database's URL itself. */
  readonly hasOwnUrl: boolean;
}

/** The same without the database in which it is. */
export interface Planned extends Omit<ResourcePreview, "operation"> {
  readonly urn: string;
  readonly operation: ResourcePreview["operation"] | "run";
  readonly adopt: boolean;
  readonly onDrift: DriftAnswers;
  /** The inputs, without what is random; null when the resource is to be deleted. */
  readonly declared: Readonly<Record<string, unknown>> | null;
  readonly previous: Readonly<Record<string, unknown>> | null;
  /** What the state keeps beside the inputs. */
  readonly recorded: unknown;
  readonly facts: PolicyFacts | undefined;
  /** What the resource's last write left in the state, by which it knows its object. */
  readonly token: string | null;
}

/** As messages name it: `materialized view public.daily_revenue`, and its database where there are several. */
export function resourceTitle({ kind, id, connection }: PlannedResource): string {
  return titleIn({ connection }, `${kind} ${id}`);
}
