import { isDeepStrictEqual } from "node:util";
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

/** The inputs with the defaults that the real provider adds to them: those that are not empty. */
export function withDefaults(fields: Fields, news: Properties): Properties {
  const added = Object.entries(fields).filter(([name, field]) => news[name] === undefined && !isEmpty(field.default));
  return { ...news, ...Object.fromEntries(added.map(([name, field]) => [name, field.default])) };
}

/** What is wrong with the inputs. */
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
    const emptied = field.type === "set" && value === undefined && before[name] !== undefined;
    return [name, field.type === "set" ? sorted(emptied ? [] : value) : value];
  });
  return Object.fromEntries(wanted);
}

/** What an update would change. */
export function changesOf(fields: Fields, state: Properties, news: Properties): PropertyChange[] {
  const [before, inputs] = [open(state), open(news)];
  const wanted = wantedProperties(fields, news, state);
  return Object.entries(fields).flatMap(([name, field]) => {
    const [old, now] = [before[name], wanted[name]];
    if ((isEmpty(old) && isEmpty(now)) || isDeepStrictEqual(old, now)) return [];
    const replaces = field.replaces ?? false;
    if (isEmpty(now) && field.type !== "boolean") return [{ path: name, kind: "delete", replaces }];
    if (isEmpty(old) && field.type !== "boolean") return [{ path: name, kind: "add", replaces }];
    // Members are counted as they stand in the state and in the program, which need not be the same order.
    if (field.type === "set") return memberChanges(name, old as string[], (inputs[name] ?? now) as string[], replaces);
    return [{ path: name, kind: "update", replaces }];
  });
}

function memberChanges(
  name: string,
  old: readonly string[],
  now: readonly string[],
  replaces: boolean,
): PropertyChange[] {
  const gone = new Set(old.flatMap((member, index) => (now.includes(member) ? [] : [index])));
  const come = new Set(now.flatMap((member, index) => (old.includes(member) ? [] : [index])));
  const places = [...new Set([...gone, ...come])].sort((a, b) => a - b);
  return places.map((index) => ({
    path: `${name}[${index}]`,
    kind: !gone.has(index) ? "add" : come.has(index) ? "update" : "delete",
    replaces,
  }));
}

/** The properties as the engine keeps them: secrets closed again. */
export function closeSecrets(fields: Fields, properties: Properties): Properties {
  const entries = Object.entries(properties).map(([name, value]) => {
    return [name, fields[name]?.secret && value !== undefined ? secret(value) : value];
  });
  return Object.fromEntries(entries);
}

/** Sets in the order in which the state keeps them. */
export function sorted(value: unknown): unknown {
  return Array.isArray(value) && !holdsUnknown(value) ? [...new Set(value as string[])].sort() : value;
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
