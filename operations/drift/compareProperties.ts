import { canonical } from "../../lifecycle/canonical.ts";
import { SECRET } from "../../lifecycle/secretTexts.ts";

/** One property, declared and found. */
export interface PropertyDifference {
  readonly property: string;
  readonly declared: string;
  readonly actual: string;
}

type Props = Readonly<Record<string, unknown>>;

/** How a view without data is told: by its incarnation, which `check` would renew. */
const UNPOPULATED = "unpopulated";

/** The properties in which the world differs from the declaration, in words. */
export function compareProperties(declared: Props, observed: Props): PropertyDifference[] {
  const names = [...new Set([...Object.keys(declared), ...Object.keys(observed)])].filter(
    (name) => name !== "incarnation",
  );
  const differences = names
    // The engine hands out no secret: whether it differs is for the state refresh to say.
    .filter((name) => !canonical(declared[name] ?? null).includes(SECRET))
    .filter((name) => canonical(declared[name] ?? null) !== canonical(observed[name] ?? null))
    .map((name) => ({ property: name, declared: said(declared[name]), actual: said(observed[name]) }));
  return observed["incarnation"] === UNPOPULATED
    ? [...differences, { property: "populated", declared: "true", actual: "false" }]
    : differences;
}

/** A value as people read it: text as it stands, lists with commas, nothing as "none". */
function said(value: unknown): string {
  if (value === undefined || value === null || value === "") return "none";
  if (typeof value === "string") return value.trim();
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(saidPart).join(", ");
  return typeof value === "object" ? saidPart(value) : String(value);
}

function saidPart(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { role, privileges } = value as { role?: unknown; privileges?: unknown };
  if (typeof role === "string" && Array.isArray(privileges)) return `${privileges.join(", ")} to ${role}`;
  return Object.entries(value)
    .map(([name, one]) => `${name} = ${String(one)}`)
    .join(", ");
}
