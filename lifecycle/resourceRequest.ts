/** The input by which a program tells the provider what the engine does not; `check` takes it out again. */
export const REQUEST = "__resource";

/** The input that says, by property, which value stays where the state has it: what an earlier convention made. `check` takes it out. */
export const KEEPS = "__keeps";

/** What the provider is told of a resource beside its inputs. */
export interface ResourceRequest {
  /** A dynamic provider is not handed it, and neither who manages an object nor where messages belong is known without. */
  readonly urn: string;
  readonly isPreview: boolean;
  /** Properties that are secrets. */
  readonly secrets?: readonly string[];
}
