import type { Client } from "pg";
import { userError } from "../../../postgres/errors.ts";
import type { Gate } from "../../../postgres/swap.ts";
import { countRows } from "../countRows.ts";
import { keyProblem, proveKey } from "../keyProof.ts";

/**
 * Looks at the new data before anybody reads them.
 * @throws when the key is not unique or has nulls, or the number of rows is out of the declared range.
 */
export async function passGate(client: Client, gate: Gate): Promise<void> {
  const problems = [await keyProblemOf(client, gate), await rowCountProblem(client, gate)];
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw userError(`the new data are refused: ${found.join("; ")}`);
}

async function keyProblemOf(client: Client, { old, aside, uniqueKey }: Gate): Promise<string | undefined> {
  if (uniqueKey.length === 0) return undefined;
  return keyProblem(old, uniqueKey, await proveKey(client, { source: { relation: aside }, key: uniqueKey }));
}

async function rowCountProblem(client: Client, gate: Gate): Promise<string | undefined> {
  if (gate.rowCount === undefined || !gate.oldIsPopulated) return undefined;
  const [before, after] = [await countRows(client, gate.old), await countRows(client, gate.aside)];
  const { min = 0, max = Number.POSITIVE_INFINITY } = gate.rowCount;
  if (after >= before * min && after <= before * max) return undefined;
  const allowed = max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`;
  const found = before === 0 ? "" : `, ${(after / before).toFixed(2)} times as many`;
  return `the old view has ${before} rows and the new one ${after}${found}; rowCount allows ${allowed} times`;
}
