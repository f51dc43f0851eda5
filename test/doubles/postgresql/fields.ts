import { isDeepStrictEqual } from "node:util";
import { crc32 } from "node:zlib";
import type { PropertyChange } from "../diffResponse.ts";
import type { Failure } from "../provider.ts";
import { holdsUnknown, open, type Properties, secret } from "../values.ts";

/** One property of a resource, as the real provider's schema has it. */
export interface Field {
  readonly type: "string" | "boolean" | "number" | "set";
  readonly required?: boolean;
  /** Another value makes the resource anew. */
  readonly replaces?: boolean;
  /** The value where the program names none. */
  readonly default?: unknown;
  /** The server says the value where the program names none. */
  readonly computed?: boolean;
  readonly secret?: boolean;
  /** The only values that this stand-in takes. */
  readonly only?: readonly unknown[];
}

/** The properties of a resource by name. */
export type Fields = Readonly<Record<string, Field>>;

/** The inputs as the resource takes them, and what is wrong with them. */
export function checkInputs(fields: Fields, news: Properties): Failure[] {
  const inputs = open(news);
  const missing = Object.entries(fields)
    .filter(([name, field]) => field.required && inputs[name] === undefined)
    .map(([property]) => ({ property, reason: `'${property}' is missing` }));
  return [...missing, ...Object.entries(inputs).flatMap(([name, value]) => failuresOf(name, fields[name], value))];
}

/** Every property with its value: the program's, else the one in the state where the server says it, else the default. */
export function wantedProperties(fields: Fields, news: Properties, state: Properties): Properties {
  const [inputs, before] = [open(news), open(state)];
  const wanted = Object.entries(fields).map(([name, field]) => {
    const value = inputs[name] ?? (field.computed ? before[name] : field.default);
    return [name, field.type === "set" ? inSetOrder(value) : value];
  });
  return Object.fromEntries(wanted);
}

/** What an update would change. */
export function changesOf(fields: Fields, state: Properties, news: Properties): PropertyChange[] {
  const before = open(state);
  const wanted = wantedProperties(fields, news, state);
  return Object.entries(fields)
    .filter(([name, field]) => !sameValue(field, before[name], wanted[name]))
    .map(([property, field]) => ({
      property,
      kind: isEmpty(before[property]) ? "add" : isEmpty(wanted[property]) ? "delete" : "update",
      replaces: field.replaces ?? false,
    }));
}

/** The properties as the engine keeps them: secrets closed again. */
export function closeSecrets(fields: Fields, properties: Properties): Properties {
  const entries = Object.entries(properties).map(([name, value]) => {
    return [name, fields[name]?.secret && value !== undefined ? secret(value) : value];
  });
  return Object.fromEntries(entries);
}

/** The real provider keeps sets in the order of the checksums of their members, which shows in ids. */
export function inSetOrder(value: unknown): unknown {
  if (!Array.isArray(value) || holdsUnknown(value)) return value;
  const key = (member: unknown) => String(crc32(String(member)));
  return [...new Set(value)].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function sameValue(field: Field, a: unknown, b: unknown): boolean {
  if (isEmpty(a) && isEmpty(b)) return true;
  return field.type === "set" ? isDeepStrictEqual(inSetOrder(a), inSetOrder(b)) : isDeepStrictEqual(a, b);
}

/** Nothing, and what the real provider cannot tell from nothing. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === false ||
    value === 0 ||
    isDeepStrictEqual(value, [])
  );
}

function failuresOf(property: string, field: Field | undefined, value: unknown): Failure[] {
  if (property.startsWith("__") || value === null || holdsUnknown(value)) return [];
  if (!field) {
    return [{ property, reason: `this stand-in does not know '${property}': install the real plugin to use it` }];
  }
  const right = field.type === "set" ? Array.isArray(value) : typeof value === field.type;
  if (!right) return [{ property, reason: `'${property}' must be a ${field.type}` }];
  if (field.only && !field.only.includes(value)) {
    const allowed = field.only.map(String).join(", ");
    return [{ property, reason: `this stand-in takes only ${allowed} for '${property}': install the real plugin` }];
  }
  return [];
}
