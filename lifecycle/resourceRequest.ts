import type { OtherWork } from "../kinds/otherWork.ts";

/** The input by which a program tells the provider what the engine does not; `check` takes it out again. */
export const REQUEST = "__resource";

/** The input by which a component says what conventions made; `check` takes it out. */
export const KEEPS = "__keeps";

/** By property, what the convention makes, and what an earlier one made: where the state has that, it stays. */
export type Keeps = Readonly<Record<string, readonly [made: string, earlier: string]>>;

/** What the provider is told of a resource beside its inputs. */
export interface ResourceRequest {
  /** A dynamic provider is not handed it, and neither who manages an object nor where messages belong is known without. */
  readonly urn: string;
  readonly isPreview: boolean;
  /** Properties that are secrets. */
  readonly secrets?: readonly string[];
  /** In a preview, what resources that are none of ours, declared before, may make in this run. */
  readonly others?: readonly OtherWork[];
  /** URLs of standbys on which readers read; with passwords, and so in no state. */
  readonly readReplicas?: readonly string[];
}
