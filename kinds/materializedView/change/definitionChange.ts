import type { Stack } from "../../claim.ts";
import type { ColumnChanges } from "./columnChanges.ts";
import type { SourceChanges } from "./sourceChanges.ts";

/** Something that is made of the view. */
export interface DependentObject {
  /** In PostgreSQL's words: "view public.resumen". */
  readonly object: string;
  /** Who declares it, where a stack does. */
  readonly managedBy?: Stack & { readonly resource: string };
}

/** What a change of a view's definition means to those who judge it. */
export interface DefinitionChange {
  /** Both definitions as the server prints them, the declared one second, as a unified diff; empty where they print alike. */
  readonly diff: string;
  /** What only one of them depends on, in PostgreSQL's words, where they print alike. */
  readonly dependsOn: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly columns: ColumnChanges;
  readonly sources: SourceChanges;
  /** All that depends on the view, directly or through others. */
  readonly dependents: readonly DependentObject[];
  /** Who may do what with it, but its owner: "select to app". */
  readonly grants: readonly string[];
}
