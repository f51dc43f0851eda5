/** How Pulumi's process marks a value that is not known yet (`pulumi.runtime.unknownValue`). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True for a value that is not known before the deploy, or has such a one in it. */
export function isUnknown(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value).includes(UNKNOWN);
}

/** The properties whose value only the deploy will know, in order. */
export function unknownProperties(props: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(props)
    .filter((key) => isUnknown(props[key]))
    .sort();
}

/** What is at a place in the inputs. */
export function valueAt(props: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], props);
}
