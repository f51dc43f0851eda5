/** Where the Pulumi engine and the two programs that it needs beside it are. */
export interface Engine {
  /** Holds `pulumi`, `pulumi-language-nodejs` and `pulumi-resource-pulumi-nodejs`. */
  readonly binDirectory: string;
  readonly version: string;
  readonly source: "installed" | "downloaded" | "built";
}
