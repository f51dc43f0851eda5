/** The input by which a program tells the provider what the engine does not; `check` takes it out again. */
export const REQUEST = "__resource";

/** What the provider is told of a resource beside its inputs. */
export interface ResourceRequest {
  /** A dynamic provider is not handed it, and neither who manages an object nor where messages belong is known without. */
  readonly urn: string;
  readonly isPreview: boolean;
  /** By property, a value that stays where the state has it: what an earlier convention made of the same declaration. */
  readonly keeps?: Readonly<Record<string, unknown>>;
}
