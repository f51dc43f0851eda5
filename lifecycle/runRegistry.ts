import { entryOf, isSameEntry } from "../kinds/claim.ts";
import type { Entry } from "../kinds/claim.ts";
import type { ResourceRequest } from "./resourceRequest.ts";

/** The resources of one kind that the program of this engine run declares, by the id of the object that each means. */
export interface RunRegistry {
  /** Remembers a resource; the URN of another one that means the same object, if there is one. */
  readonly note: (id: string, request: ResourceRequest) => string | undefined;
  readonly find: (id: string) => ResourceRequest | undefined;
  /** The URN of a resource other than the entry by which this run's program declares the object. */
  readonly otherThan: (entry: Entry | undefined, id: string) => string | undefined;
  /** The URN of the entry, where this run's program declares it for that object. */
  readonly urnOf: (entry: Entry, id: string) => string | undefined;
  readonly forget: () => void;
}

export function runRegistry(): RunRegistry {
  const requests = new Map<string, ResourceRequest>();
  return {
    note: (id, request) => {
      const other = requests.get(id);
      if (other !== undefined && other.urn !== request.urn) return other.urn;
      requests.set(id, request);
      return undefined;
    },
    find: (id) => requests.get(id) ?? [...requests].find(([other]) => isSameObject(other, id))?.[1],
    urnOf: (entry, id) =>
      [...requests].find(([other, { urn }]) => isSameObject(other, id) && isSameEntry(entryOf(urn), entry))?.[1].urn,
    otherThan: (entry, id) =>
      [...requests].find(
        ([other, { urn }]) => isSameObject(other, id) && (entry === undefined || !isSameEntry(entryOf(urn), entry)),
      )?.[1].urn,
    forget: () => requests.clear(),
  };
}

// A job's id names its role only where the declaration does.
function isSameObject(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}@`) || other.startsWith(`${one}@`);
}
