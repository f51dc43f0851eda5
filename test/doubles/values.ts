import struct from "google-protobuf/google/protobuf/struct_pb.js";

/** Properties as they travel: plain JSON values, with an object of its own for a secret and a fixed text for an unknown. */
export type Properties = Record<string, unknown>;

/** What stands for a value that only the deploy will know. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function fromStruct(message: struct.Struct | undefined): Properties {
  return (message?.toJavaScript() ?? {}) as Properties;
}

export function toStruct(properties: Properties): struct.Struct {
  return struct.Struct.fromJavaScript(withoutUndefined(properties) as Record<string, struct.JavaScriptValue>);
}

/** The same properties with every secret opened. */
export function open(properties: Properties): Properties {
  return openValue(properties) as Properties;
}

/** Whether an unknown is anywhere in the value. */
export function holdsUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnknown);
}

/** Closes a secret. */
export function secret(value: unknown): unknown {
  return { [signatureKey]: secretSignature, value };
}

/** Whether the value is a closed secret. */
export function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && (value as Properties)[signatureKey] === secretSignature;
}

function openValue(value: unknown): unknown {
  if (isSecret(value)) return openValue(value.value);
  if (Array.isArray(value)) return value.map(openValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, openValue(inner)]));
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutUndefined(inner)]));
}
