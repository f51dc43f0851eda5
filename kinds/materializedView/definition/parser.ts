import type * as libpgQuery from "libpg-query";

// Loaded on first use: the parser is 1.7 MB of WebAssembly, and most runs of the engine never look at a definition.
export async function loadParser(): Promise<Pick<typeof libpgQuery, "parseSync" | "scanSync">> {
  const parser = await import("libpg-query");
  await parser.loadModule();
  return parser;
}

/** What the parser itself says about a text, with the place in characters; whatever else is thrown is a defect of ours. */
export function parserComplaint(error: unknown): { readonly message: string; readonly cursorPosition: number } {
  const { sqlDetails } = error as Error & { sqlDetails?: { message: string; cursorPosition: number } };
  if (sqlDetails === undefined) throw error;
  return sqlDetails;
}
