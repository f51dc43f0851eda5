import { isDeepStrictEqual } from "node:util";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { isSecret, type Properties } from "./values.ts";

/** One place that differs, and whether the resource must be made anew for it. */
export interface PropertyChange {
  /** As the engine writes it: `environment.PATH`, `triggers[0]`. */
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
  readonly replaces?: boolean;
}

/** What differs between two sets of properties, as deep as it can be said. A secret is compared as a whole. */
export function compareProperties(olds: Properties, news: Properties): PropertyChange[] {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((name) => !name.startsWith("__"));
  return names.sort().flatMap((name) => compareValues(name, olds[name], news[name]));
}

function compareValues(path: string, before: unknown, after: unknown): PropertyChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      compareValues(`${path}[${index}]`, before[index], after[index]),
    );
  }
  if (isPlainObject(before) && isPlainObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) => compareValues(path + accessor(name), before[name], after[name]));
  }
  return [{ path, kind: "update" }];
}

function isPlainObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isSecret(value);
}

function accessor(name: string): string {
  return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** The changes as the engine takes them. */
export function diffResponse(
  changes: readonly PropertyChange[],
  deleteBeforeReplace: boolean,
): InstanceType<typeof messages.DiffResponse> {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const top = (path: string) => path.split(/[.[]/)[0]!;
  const replaces = [...new Set(changes.filter((change) => change.replaces).map(({ path }) => top(path)))];
  const response = new messages.DiffResponse()
    .setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList([...new Set(changes.map(({ path }) => top(path)))])
    .setReplacesList(replaces)
    .setDeletebeforereplace(replaces.length > 0 && deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const change of changes) {
    response.getDetaileddiffMap().set(change.path, new messages.PropertyDiff().setKind(kindOf(change)));
  }
  return response;
}

function kindOf({ kind, replaces }: PropertyChange): messages.PropertyDiff.Kind {
  const { Kind } = messages.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  } as const;
  return kinds[kind][replaces ? 1 : 0];
}
