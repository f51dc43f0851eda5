import type * as pulumi from "@pulumi/pulumi";

/** A name that is found without its schema, or one with it, such as `{ schema: "extensions", name: "gin_trgm_ops" }`. */
export type ObjectName = string | { readonly schema: pulumi.Input<string>; readonly name: pulumi.Input<string> };

/** A column or an expression of an index, with what is not usual about it. */
export interface IndexPartArgs {
  /** A column of the view. Either this or `expression`. */
  readonly column?: pulumi.Input<string> | undefined;
  /** An expression over columns of the view, such as `lower(nombre)`. */
  readonly expression?: pulumi.Input<string> | undefined;
  /**
   * Collation that it is ordered by, such as `C`.
   * @default the column's or the expression's
   */
  readonly collation?: pulumi.Input<ObjectName> | undefined;
  /**
   * Operator class, such as `text_pattern_ops`.
   * @default the usual one of the type for this method
   */
  readonly operatorClass?: pulumi.Input<ObjectName> | undefined;
  /**
   * Parameters of the operator class, as text, such as `{ siglen: "32" }`.
   * @default {}
   */
  readonly operatorClassParameters?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /**
   * Order, of the methods that have one.
   * @default "asc"
   */
  readonly order?: pulumi.Input<"asc" | "desc"> | undefined;
  /**
   * Where nulls stand in it.
   * @default "last", and "first" with `desc`
   */
  readonly nulls?: pulumi.Input<"first" | "last"> | undefined;
}

/** What an index is: its parts, or `sql` for all of them. */
export interface IndexPartsArgs {
  /** Key columns in order: a name, or a part with all that PostgreSQL knows of one. */
  readonly columns?: pulumi.Input<readonly pulumi.Input<string | IndexPartArgs>[]> | undefined;
  /**
   * Columns that are stored beside the key for index-only scans.
   * @default []
   */
  readonly include?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /**
   * Access method: `btree`, `hash`, `gist`, `spgist`, `gin`, `brin`, or one of an extension.
   * @default "btree"
   */
  readonly method?: pulumi.Input<string> | undefined;
  /** Condition of a partial index, without the word `where`. */
  readonly where?: pulumi.Input<string> | undefined;
  /**
   * Whether a unique index takes nulls for equal; PostgreSQL 15 or later.
   * @default true for a unique index where the server can
   */
  readonly nullsNotDistinct?: pulumi.Input<boolean> | undefined;
  /**
   * Storage parameters, as text, such as `{ fillfactor: "70" }`.
   * @default {}
   */
  readonly storageParameters?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /**
   * Tablespace.
   * @default the database's
   */
  readonly tablespace?: pulumi.Input<string> | undefined;
  /**
   * Statistics targets of expressions: the number of the part, from 1, and the target, 0 to 10000.
   * @default the server's
   */
  readonly statistics?:
    pulumi.Input<readonly pulumi.Input<{ part: pulumi.Input<number>; target: pulumi.Input<number> }>[]> | undefined;
  /** The text behind `on <view>` of CREATE INDEX, such as `using gin (tags)`, in place of the parts. Unqualified names are those of `public`. */
  readonly sql?: pulumi.Input<string> | undefined;
}

/** An index of the view, beside that of its key. */
export interface IndexArgs extends IndexPartsArgs {
  /**
   * Name of the index. A change renames it in place.
   * @default `<view>_<columns>_idx`, as PostgreSQL names it; an index with `sql` needs one
   */
  readonly name?: pulumi.Input<string> | undefined;
  /**
   * Whether it is unique.
   * @default false
   */
  readonly unique?: pulumi.Input<boolean> | undefined;
}
