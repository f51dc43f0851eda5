import { grantLines } from "../../kinds/materializedView/swap/relationProperties.ts";
import type { FoundView } from "./readViews.ts";

/** What there is of a view and the program does not say, a line each: it stays as it is, and a changed definition keeps it. */
export function undeclared({ view, properties, indexes, otherFile }: FoundView): string[] {
  const { columns, statistics, labels, toastOptions, uncarried, grants } = properties;
  const kept = [
    ...grantLines(
      grants.filter(
        ({ grantable, grantee, grantor }) => grantable || (grantor !== view.owner && grantee !== view.owner),
      ),
      "",
    ),
    ...columns.flatMap(({ name, grants: own }) => grantLines(own, ` (${name})`)),
    ...columns.filter(({ comment }) => comment !== null).map(({ name }) => `comment on column ${name}`),
    ...columns
      .filter(
        ({ statistics: target, options, storage, compression }) =>
          target !== null || options.length > 0 || storage !== null || compression !== null,
      )
      .map(({ name }) => `storage or statistics of column ${name}`),
    ...statistics.map(({ name, clause }) => `statistics ${name} ${clause}`),
    ...indexes.filter(({ comment }) => comment !== null).map(({ name }) => `comment on index ${name}`),
    ...properties.indexes.filter(({ isClustered }) => isClustered).map(({ name }) => `cluster mark on index ${name}`),
    ...labels.map(
      ({ provider, column }) => `security label of ${provider}${column === null ? "" : ` on column ${column}`}`,
    ),
    ...toastOptions.map((option) => `storage parameter toast.${option}`),
    ...uncarried,
  ];
  return [
    ...(kept.length === 0 ? [] : ["Not declared, and left as it is:", ...kept.map((line) => `- ${line}`)]),
    ...indexes
      .filter(({ isValid }) => !isValid)
      .map(({ name }) => `Index ${name} is invalid, as a build of it failed: drop it, or reindex it and declare it.`),
    ...(otherFile === undefined ? [] : [`${otherFile} does not mean what the database has: the text is the server's.`]),
    ...(view.isPopulated || view.jobs.length === 0 ? [] : ["Has no data: the first deploy fills it."]),
    ...(view.jobs.length === 0 ? ["No job refreshes it that this role sees."] : []),
    ...(view.jobs.length > 1 ? [`${view.jobs.length} jobs refresh it.`] : []),
  ].flatMap((line) => line.split("\n"));
}
