import { lockKeyOf } from "../../../postgres/advisoryLock.ts";
import { derivedName, displayName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";

/** How the names of what a swap builds aside end. */
export const ASIDE = "matview_swap";

/** How the old ones are called between the rename and the drop, within one transaction. */
const GONE = "matview_gone";

/** Where something is built before it takes its place. */
export function asideName({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name: derivedName(name, ASIDE) };
}

/** What the old one is called until it is dropped. */
export function goneName({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name: derivedName(name, GONE) };
}

// "matv" in ASCII: the half of the key that makes it one of ours.
const NAMESPACE = 0x6d617476;

/** Key of the advisory lock of a view, as the two integers that the lock functions take. */
export function lockKey(view: QualifiedName): readonly [number, number] {
  return [NAMESPACE, lockKeyOf(displayName(view))[0]];
}
