import { isDeepStrictEqual } from "node:util";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { open, type Properties } from "./values.ts";

/** One property that differs, and whether the resource must be made anew for it. */
export interface PropertyChange {
  readonly property: string;
  readonly kind: "add" | "update" | "delete";
  readonly replaces: boolean;
}

/** What differs between two sets of properties, secrets opened, in the order of their names. */
export function compareProperties(
  olds: Properties,
  news: Properties,
  replaces: (property: string) => boolean,
): PropertyChange[] {
  const [before, after] = [open(olds), open(news)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((property) => !property.startsWith("__") && !isDeepStrictEqual(before[property], after[property]))
    .map((property) => ({
      property,
      kind: before[property] === undefined ? "add" : after[property] === undefined ? "delete" : "update",
      replaces: replaces(property),
    }));
}

/** The changes as the engine takes them. */
export function diffResponse(
  changes: readonly PropertyChange[],
  deleteBeforeReplace: boolean,
): InstanceType<typeof messages.DiffResponse> {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const replaces = changes.filter((change) => change.replaces).map(({ property }) => property);
  const response = new messages.DiffResponse()
    .setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList(changes.map(({ property }) => property))
    .setReplacesList(replaces)
    .setDeletebeforereplace(replaces.length > 0 && deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const change of changes) {
    response.getDetaileddiffMap().set(change.property, new messages.PropertyDiff().setKind(kindOf(change)));
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
