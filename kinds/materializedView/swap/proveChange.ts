import type { Client } from "pg";
import { isIntervention, isUserError, userError } from "../../../postgres/errors.ts";
import { displayName, sqlName } from "../../../postgres/names.ts";
import { unknownName } from "../../../postgres/nearestName.ts";
import type { ProvedChange } from "../../../postgres/swap.ts";
import { expectationAdvice } from "../../once.ts";
import { compareRows } from "../compare/compareRows.ts";
import type { RowComparison } from "../compare/compareRows.ts";
import { BEFORE, explained, mustRead, sideOf, together } from "../compare/diffDefinitions.ts";
import type { ExpectedChange } from "../compare/expectedChange.ts";
import {
  allowedChange,
  counted,
  countsChanges,
  differenceParts,
  expectationOf,
  expectationText,
  unexpectedIn,
} from "../compare/expectedChange.ts";
import { sameColumns } from "../compare/sameColumns.ts";
import type { Volatility } from "../compare/volatileColumns.ts";
import { amongDefinitions } from "../definition/runDefinition.ts";
import { isUnseen } from "../definition/unseenSources.ts";
import type { DesiredView } from "../desired.ts";
import type { Replacement } from "./replacement.ts";
import { asideName } from "./swapNames.ts";

/** What a swap is to prove. */
export function provedChange(
  change: ExpectedChange,
  { uniqueKey = [] }: DesiredView,
  { old, columns }: Pick<Replacement, "old" | "columns">,
  user: string,
): ProvedChange {
  const both = columns.map(({ name }) => name).filter((name) => old.columns.some((column) => column.name === name));
  return {
    ...{
      allowed: allowedChange(change),
      view: { schema: old.schema, name: old.name },
      definition: old.definition,
      owner: old.owner,
      user,
    },
    key: uniqueKey.every((name) => both.includes(name)) ? uniqueKey : [],
    aside: asideName(old),
  };
}

/** Why that could never be proved. */
export function changeObstacles(
  change: ProvedChange | undefined,
  { old, columns, temporaryGrant }: Pick<Replacement, "old" | "columns" | "temporaryGrant">,
): string[] {
  if (change === undefined) return [];
  const names = [...new Set([...old.columns, ...columns].map(({ name }) => name))];
  const unknown = (change.allowed.columns ?? []).filter(([name]) => !names.includes(name));
  return [
    ...(temporaryGrant === undefined
      ? []
      : [
          `change is proved in a temporary view of role ${old.owner}, which may not create any in this database; run: ${temporaryGrant}, or leave change out`,
        ]),
    ...unknown.map(([name]) => unknownName("column, before or after, in change.changed", name, names)),
    ...(change.key.length === 0 && countsChanges(change.allowed)
      ? [
          "change.changed limits how many rows change, and no uniqueKey tells before and after which row is which: name the columns alone, such as " +
            'changed: ["etapa"]',
        ]
      : []),
  ];
}

/**
 * Compares the rows that were built with those that the deployed definition gives in the same snapshot, as a refresh in the job's session
 * would. Runs in the transaction of the build, which is repeatable read, and leaves it as it was.
 * @throws where they differ in more than is allowed, with the figures and what to declare if that is right; where they cannot be compared.
 */
export async function proveChange(client: Client, change: ProvedChange): Promise<void> {
  const { comparison, volatility, leftOut } = await compareBuilt(client, change);
  const unexpected = unexpectedIn(change.allowed, comparison, volatility);
  if (unexpected.length === 0) return;
  const found = differenceParts(comparison);
  const all = found.length === 0 ? `no row of ${counted(comparison.rows.before)} differs` : found.join(", ");
  const noKey =
    comparison.whyNoKey === undefined ? "" : ` (rows are told apart by all their values: ${comparison.whyNoKey})`;
  const expected = expectationOf(comparison, { columns: [...leftOut, ...volatility.columns] });
  const way = volatility.isOfRows
    ? "leave change out"
    : `if that is right, declare change: ${expectationText(expected)}, or ${expectationAdvice(change.view, expected)}`;
  throw userError(
    `the new rows are not what change expects: ${unexpected.join("; ")}. In all: ${all}${noKey}. Nothing was changed; ${way}`,
  );
}

async function compareBuilt(
  client: Client,
  { view, definition, owner, user, key, aside, allowed: { columns = [] } }: ProvedChange,
): Promise<{ comparison: RowComparison; volatility: Volatility; leftOut: readonly string[] }> {
  const before = { name: BEFORE, definition, owner };
  try {
    return await amongDefinitions(client, { views: [before], owner, user }, async (as) => {
      await mustRead(client, { view, owner }, [before], as);
      await client.query("set local jit = off");
      const sides = [await sideOf(client, `pg_temp.${BEFORE}`), await sideOf(client, sqlName(aside))] as const;
      const volatility = together(sides.map((side) => side.volatility));
      const comparing = {
        ...{ before: sides[0].source, after: sides[1].source, key, leftOut: volatility.columns },
        alike: volatility.functions.length > 0 ? [] : await sameColumns(...sides),
      };
      const names = columns.map(([name]) => name);
      const asBags = { ...comparing, key: [], leftOut: [...volatility.columns, ...names] };
      const byKey = key.length === 0 && names.length > 0 ? undefined : await compareRows(client, comparing);
      // Without a key a row is the same one where all is that may not differ.
      const isKeyed = byKey !== undefined && (byKey.key.length > 0 || names.length === 0);
      if (isKeyed) return { comparison: byKey, volatility, leftOut: [] };
      return { comparison: { ...(await compareRows(client, asBags)), ...whyNot(byKey) }, volatility, leftOut: names };
    });
  } catch (error) {
    if (isUnseen(error) || isIntervention(error)) throw error;
    const told = await explained(client, { view, owner }, error);
    if (!isUserError(told)) throw told;
    throw userError(`${told.message}; without change, ${displayName(view)} is deployed unproved`, told);
  }
}

function whyNot(comparison: RowComparison | undefined): Pick<RowComparison, "whyNoKey"> {
  return comparison?.whyNoKey === undefined ? {} : { whyNoKey: comparison.whyNoKey };
}
