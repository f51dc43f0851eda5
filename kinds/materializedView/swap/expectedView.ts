import { sqlIdentifier } from "../../../postgres/names.ts";
import { asDeployed, isOwnKey, joinComment, splitComment } from "../../claim.ts";
import { consentAdvice } from "../../consent.ts";
import type { DesiredView } from "../desired.ts";
import { isKeyIndex, isOnKey, keyElements, nullsNotDistinct } from "../keyIndex.ts";
import { carriedIndexes } from "./declaredIndexes.ts";
import type { QueryColumn } from "./dependentTrials.ts";
import { grantLines } from "./relationProperties.ts";
import type { IndexProperties, RelationProperties } from "./relationProperties.ts";
import type { Replacement } from "./replacement.ts";

/**
 * What the new view is to have: all that the old one has, as far as its columns are still there under any name, with the declared index and
 * without indexes of ours that are no longer declared (a unique one could refuse the new data).
 */
export function expectedView(
  desired: DesiredView,
  previous: DesiredView | undefined,
  { old, columns, renamed, indexes }: Replacement,
  serverMajor: number,
): RelationProperties {
  const kept = new Map([...columns.map(({ name }) => [name, name] as const), ...renamed]);
  const { comment, claim } = splitComment(old.comment);
  return {
    ...old,
    comment: claim?.takenBack === undefined ? old.comment : joinComment(comment, asDeployed(claim)),
    tablespace: desired.tablespace === undefined ? old.tablespace : databaseDefault(desired.tablespace),
    accessMethod: desired.accessMethod ?? old.accessMethod,
    columns: old.columns.flatMap((column) => {
      const name = kept.get(column.name);
      return name === undefined ? [] : [{ ...column, name }];
    }),
    indexes: expectedIndexes(desired, previous, { old, indexes }, nullsNotDistinct(serverMajor).toUpperCase()),
    labels: old.labels
      .filter(({ column }) => column === null || kept.has(column))
      .map((label) => (label.column === null ? label : { ...label, column: kept.get(label.column) ?? null })),
  };
}

/** Why the declared definition must not take the old one's place, as far as columns tell. */
export function columnObstacles(
  desired: DesiredView,
  expected: RelationProperties,
  { old, columns, indexes }: Replacement,
): string[] {
  const now = new Map(columns.map(({ name, type }) => [name, type]));
  const lost = old.columns.filter(({ name }) => !now.has(name)).map(({ name }) => name);
  const retyped = old.columns.filter(({ name, type }) => now.has(name) && now.get(name) !== type);
  const allow = `readers that ask for it would fail. Set allowColumnChanges: true when none does, or ${consentAdvice("columns", desired)}`;
  const uses = (used: readonly string[]): string[] => used.filter((name) => lost.includes(name));
  return [
    ...(desired.allowColumnChanges === true
      ? []
      : [
          ...lost.map((name) => `column ${name} is not in the declared definition; ${allow}`),
          ...retyped.map(
            ({ name, type }) => `column ${name} is ${type} and would become ${now.get(name) ?? ""}; ${allow}`,
          ),
        ]),
    ...indexes.flatMap((one) => ("problem" in one ? [one.problem] : [])),
    ...expected.indexes
      .filter(({ columns: used }) => uses(used).length > 0)
      .map(
        ({ name, columns: used }) => `index ${name} uses column ${uses(used).join(", ")}, which goes: drop it first`,
      ),
    ...old.statistics
      .filter(({ columns: used }) => uses(used).length > 0)
      .map(
        ({ name, columns: used }) =>
          `statistics ${name} use column ${uses(used).join(", ")}, which goes: drop them first`,
      ),
    ...old.uncarried.map((what) => `${what} cannot be given to the new view: take it away first`),
  ];
}

/** What goes with columns that are not there any more, each as a sentence; what was set for storage alone is left out. */
export function lostRights({ old, columns, renamed }: Replacement): string[] {
  const kept = [...columns.map(({ name }) => name), ...renamed.map(([before]) => before)];
  return old.columns
    .filter(({ name }) => !kept.includes(name))
    .flatMap(({ name, grants }) => grantLines(grants, ` (${sqlIdentifier(name)})`));
}

/** True when readers that prepared `select *` get other columns than they did. */
export function columnsDiffer(old: RelationProperties, columns: readonly QueryColumn[]): boolean {
  return (
    old.columns.length !== columns.length ||
    old.columns.some(({ name, type }, index) => columns[index]?.name !== name || columns[index].type !== type)
  );
}

function expectedIndexes(
  desired: DesiredView,
  previous: DesiredView | undefined,
  { old: { indexes: found, comment }, indexes }: Pick<Replacement, "old" | "indexes">,
  nulls: string,
): IndexProperties[] {
  // A deploy that failed may have left the key's index under a name that is declared no more.
  const { claim } = splitComment(comment);
  const hasKey = (desired.keyIndex ?? previous?.keyIndex) !== undefined;
  const own = found.find((one) => hasKey && one.isValid && isOwnKey(claim, splitComment(one.comment).claim));
  const declared = [...declaredKey(desired, found, own, nulls), ...carriedIndexes(indexes, found)];
  const before = [previous, desired].flatMap((one) => [one?.keyIndex, ...(one?.indexes ?? []).map(({ name }) => name)]);
  const ours = [...before, own?.name, ...declared.map(({ name }) => name)];
  const others = found.filter(({ name, isValid }) => isValid && !ours.includes(name));
  return [...others, ...declared];
}

// One that is there as declared keeps what it has besides, such as its storage parameters; so does one that stands in for it.
function declaredKey(
  { keyIndex, uniqueKey, indexes = [] }: DesiredView,
  found: readonly IndexProperties[],
  own: IndexProperties | undefined,
  nulls: string,
): IndexProperties[] {
  if (keyIndex === undefined || uniqueKey === undefined || indexes.some(({ name }) => name === keyIndex)) return [];
  const old = found.find(({ name }) => name === keyIndex) ?? own ?? found.find((index) => standsIn(index, uniqueKey));
  if (old?.isUnique && isOnKey(old.elements, uniqueKey)) return [{ ...old, elements: withNulls(old.elements, nulls) }];
  return [
    {
      name: keyIndex,
      isUnique: true,
      isValid: true,
      isClustered: false,
      elements: `${keyElements(uniqueKey)}${nulls}`,
      columns: uniqueKey,
      comment: old?.comment ?? null,
      tablespace: old?.tablespace ?? null,
      statistics: [],
    },
  ];
}

/** As viewIndex/describe.ts has it: nobody's, and as declared but for its name. */
function standsIn({ isUnique, isValid, comment, elements }: IndexProperties, key: readonly string[]): boolean {
  return isUnique && isValid && splitComment(comment).claim === undefined && isKeyIndex(elements, key);
}

/** The words about nulls come behind the columns and the included ones, whose names may hold anything. */
function withNulls(elements: string, nulls: string): string {
  const list = String.raw`\((?:"[^"]*"|[^")])*\)`;
  const [head = ""] = new RegExp(`^USING btree ${list}(?: INCLUDE ${list})?`).exec(elements) ?? [];
  const rest = elements.slice(head.length);
  return rest.startsWith(nulls) ? elements : `${head}${nulls}${rest}`;
}

/** pg_default by name is what a relation without a tablespace of its own has, unless the database has another one. */
function databaseDefault(tablespace: string): string | null {
  return tablespace === "pg_default" ? null : tablespace;
}
