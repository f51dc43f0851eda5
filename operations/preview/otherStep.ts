import { typeOf } from "./digest.ts";
import type { DigestStep } from "./digest.ts";

/** What the engine will do about a resource of another kind. */
export interface OtherStep {
  readonly operation: string;
  readonly urn: string;
  /** What is granted, to whom and on what, where it is a grant of @pulumi/postgresql. */
  readonly grant?: string;
}

export function otherStep({ op, urn, newState, oldState }: DigestStep): OtherStep {
  const inputs = (newState ?? oldState)?.inputs;
  const isGrant = typeOf(urn) === "postgresql:index/grant:Grant" && inputs !== undefined;
  return { operation: op, urn, ...(isGrant ? { grant: grantText(inputs) } : {}) };
}

/** One line: the operation, the resource, and of a grant what it says. */
export function otherText({ operation, urn, grant }: OtherStep): string {
  const what = `${operation} ${urn.split("::").slice(-2).join(" ")}`;
  return grant === undefined ? what : `${what}: ${grant}`;
}

function grantText(inputs: Record<string, unknown>): string {
  const columns = list(inputs["columns"]).join(", ");
  const privileges = list(inputs["privileges"]).join(", ") || "nothing";
  const what = columns === "" ? privileges : `${privileges} (${columns})`;
  return `${what} on ${objectText(inputs)} to ${String(inputs["role"])}`;
}

function objectText({ objectType, schema, objects, database }: Record<string, unknown>): string {
  const [type, within, at] = [String(objectType), String(schema), `database ${String(database)}`];
  if (type === "database") return at;
  if (type === "schema") return `schema ${within} in ${at}`;
  const names = list(objects).map((name) => (schema === undefined ? name : `${within}.${name}`));
  if (names.length === 0) return `every ${type} of schema ${within} in ${at}`;
  return `${type === "column" ? "table" : type} ${names.join(", ")} in ${at}`;
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
