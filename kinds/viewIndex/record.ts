import { createHash } from "node:crypto";
import { indexText } from "../materializedView/indexes/indexText.ts";
import type { ActualIndex } from "./actual.ts";
import type { DesiredIndex } from "./desired.ts";

/**
 * What to keep after a comparison that came out equal: a hash over both sides, which spares the next one its trial. Major versions print
 * the same index differently, so it holds for one of them.
 */
export function recordIndex(desired: DesiredIndex, actual: ActualIndex, serverMajor: number): string {
  const declared = [indexText(desired, serverMajor), desired.unique, desired.statistics ?? []];
  const found = [actual.view, actual.definition, actual.tablespace, actual.statistics];
  return createHash("sha256")
    .update(JSON.stringify([declared, found, serverMajor]))
    .digest("base64url");
}
