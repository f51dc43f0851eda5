import { elementsOf } from "../materializedView/keyIndex.ts";
import { splitParameter } from "../materializedView/statements.ts";
import { differencesOf } from "./actual.ts";
import type { ActualIndex } from "./actual.ts";
import type { DesiredIndex } from "./desired.ts";

/** What is declared, with what is otherwise as the server has it; what was not declared of it shows as one property more. */
export function observedIndex(desired: DesiredIndex, actual: ActualIndex): object {
  const differing = differencesOf(desired, actual).map(({ property }) => property);
  const found: Readonly<Record<string, unknown>> = {
    columns: [...actual.columns],
    include: actual.include.length === 0 ? undefined : [...actual.include],
    where: actual.predicate ?? undefined,
    method: actual.method,
    nullsNotDistinct: actual.nullsNotDistinct,
    storageParameters: Object.fromEntries(actual.options.map(splitParameter)),
    tablespace: actual.tablespace ?? undefined,
    statistics: actual.statistics,
  };
  // The text says all of them.
  const isText = desired.sql !== undefined && differing.some((property) => property in found);
  return {
    ...desired,
    ...(actual.isStray ? { name: actual.name } : {}),
    view: actual.view,
    unique: actual.isUnique,
    valid: actual.isValid,
    ...(isText
      ? {
          sql: elementsOf(actual.definition),
          ...(differing.includes("statistics") ? { statistics: found["statistics"] } : {}),
        }
      : Object.fromEntries(
          differing.filter((property) => property in found).map((property) => [property, found[property]]),
        )),
  };
}
