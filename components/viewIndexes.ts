import * as pulumi from "@pulumi/pulumi";
import { postgresIndexName } from "../kinds/viewIndex/indexName.ts";
import { userError } from "../postgres/errors.ts";
import { derivedName } from "../postgres/names.ts";
import type { IndexArgs, IndexPartArgs, IndexPartsArgs } from "./indexArgs.ts";
import type { RefreshedViewArgs } from "./refreshedViewArgs.ts";

/** An index with its name, as the view and the index itself are told of it. */
export interface NamedIndex extends IndexPartsArgs {
  readonly name: pulumi.Output<string>;
  readonly unique: pulumi.Input<boolean>;
}

/** The indexes of a view: that of its key, and the others by what their resources are called. */
export interface ViewIndexes {
  readonly key: (NamedIndex & { readonly isPlain: boolean }) | undefined;
  /** The name of the key's index where the convention makes it, and what an earlier one made, which cut long names in another way. */
  readonly keeps: pulumi.Output<[made: string, earlier: string]> | undefined;
  readonly others: ReadonlyMap<string, NamedIndex>;
}

/** What a program declares of a view's indexes, with what the conventions say. */
export function viewIndexes(
  resource: string,
  view: pulumi.Output<string>,
  { uniqueKey = [], indexName, keyIndex, indexes = [] }: RefreshedViewArgs,
): ViewIndexes {
  const missing = [...(indexName === undefined ? [] : ["indexName"]), ...(keyIndex === undefined ? [] : ["keyIndex"])];
  if (uniqueKey.length === 0 && missing.length > 0)
    throw userError(
      `RefreshedView ${resource}: ${missing.join(" and ")} given and uniqueKey is not: name the columns of the index, or leave its name out`,
    );
  const others = new Map<string, NamedIndex>();
  for (const [at, index] of indexes.entries()) {
    const { name, unique = false, ...parts } = index;
    const suffix = suffixOf(index);
    const problem =
      suffix === undefined
        ? "has no name that is known when the program runs, which its resource is called by: name it"
        : others.has(suffix)
          ? "would be called as one before it is: name it"
          : undefined;
    if (suffix === undefined || problem !== undefined)
      throw userError(`RefreshedView ${resource}: indexes[${at}] ${problem}`);
    const called = name === undefined ? nameOf(view, parts.columns ?? []) : pulumi.output(name);
    others.set(suffix, { ...parts, unique, name: called });
  }
  const made = nameOf(view, uniqueKey);
  const isConventional = uniqueKey.length > 0 && indexName === undefined;
  const name = indexName === undefined ? made : pulumi.output(indexName);
  const isPlain = keyIndex === undefined;
  const columns = keyIndex?.sql === undefined ? { columns: [...uniqueKey] } : {};
  return {
    key: uniqueKey.length === 0 ? undefined : { ...columns, ...keyIndex, name, unique: true, isPlain },
    keeps: isConventional ? pulumi.all([made, earlierName(view, uniqueKey)]) : undefined,
    others,
  };
}

// By what it is, and not by its place in the list: one that goes must not make the others change their names.
function suffixOf({ name, columns, sql }: IndexArgs): string | undefined {
  if (typeof name === "string") return name;
  if (sql !== undefined || !Array.isArray(columns)) return undefined;
  const parts = (columns as unknown[]).map((part) =>
    typeof part === "object" ? columnOf(part as IndexPartArgs) : part,
  );
  return parts.every((part) => typeof part === "string") ? parts.join("_") : undefined;
}

function nameOf(view: pulumi.Output<string>, columns: NonNullable<IndexArgs["columns"]>): pulumi.Output<string> {
  return pulumi
    .all([view, pulumi.output(columns)])
    .apply(([known, parts]) => postgresIndexName(known, (parts as (string | IndexPartArgs)[]).map(columnOf)));
}

function earlierName(view: pulumi.Output<string>, key: readonly pulumi.Input<string>[]): pulumi.Output<string> {
  return pulumi.all([view, ...key]).apply((names) => derivedName(names.join("_"), "idx"));
}

// PostgreSQL calls every expression so.
function columnOf(part: string | IndexPartArgs): string {
  return typeof part === "string" ? part : ((part.column as string | undefined) ?? "expr");
}
