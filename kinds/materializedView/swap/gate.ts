import type { Client } from "pg";
import { userError } from "../../../postgres/errors.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import type { Gate } from "../../../postgres/swap.ts";
import { consentAdvice } from "../../consent.ts";
import { count } from "../../quantities.ts";
import { countRows } from "../countRows.ts";
import type { DesiredView } from "../desired.ts";
import { keyProblem, proveKey } from "../keyProof.ts";

/**
 * Looks at the new data before anybody reads them.
 * @throws when the key is not unique or has nulls, or the number of rows is out of the declared range.
 */
export async function passGate(
  client: Client,
  { old, aside, uniqueKey, oldIsPopulated, rowCount }: Gate,
): Promise<void> {
  // In one flight; a proof counts the new rows, too.
  const [proof, before] = await Promise.all([
    uniqueKey.length === 0 ? undefined : proveKey(client, { source: { relation: aside }, key: uniqueKey }),
    oldIsPopulated ? countRows(client, old) : undefined,
  ]);
  const after = before === undefined ? 0 : (proof?.rows ?? (await countRows(client, aside)));
  const problems = [
    proof === undefined ? undefined : keyProblem(old, uniqueKey, proof),
    before === undefined ? undefined : rowCountProblem(old, before, after, rowCount),
  ];
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw userError(`the new data are refused: ${found.join("; ")}`);
}

/** Why so many rows in the place of those before are refused; undefined where they are not. */
export function rowCountProblem(
  view: QualifiedName,
  before: number,
  after: number,
  rowCount: Gate["rowCount"],
): string | undefined {
  const { min, max = Number.POSITIVE_INFINITY } = rowCount;
  if (after >= before * min && after <= before * max) return undefined;
  const share = after / before;
  const found = before === 0 ? "" : `, ${share.toFixed(2)} times as many`;
  // In two digits, to the side that lets these rows pass.
  const wanted =
    after < before * min ? `min: ${Math.floor(share * 100) / 100}` : `max: ${Math.ceil(share * 100) / 100}`;
  const way =
    before === 0 ? "" : `; if that is right, set rowCount to { ${wanted} }, or ${consentAdvice("rows", view)}`;
  return `the old view has ${count(before)} rows and the new one ${count(after)}${found}; rowCount allows ${rowCountText(rowCount)} times${way}`;
}

/** Fewer rows are refused where the declaration does not say that they are right: times the rows before. */
const LEAST_SHARE = 0.5;

/** How many rows a changed view may have, as it is declared. What is proved says more than their number. */
export function allowedRowCount({ rowCount, change }: Pick<DesiredView, "rowCount" | "change">): Gate["rowCount"] {
  return { ...rowCount, min: rowCount?.min ?? (change === undefined ? LEAST_SHARE : 0) };
}

export const ANY_NUMBER = "any number of";

/** How many times the rows before the new data may have: "at least 0.5", "0.5 to 2". */
export function rowCountText({ min, max }: Gate["rowCount"]): string {
  if (min === 0 && max === undefined) return ANY_NUMBER;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}
