import type { QualifiedName } from "../../postgres/names.ts";
import { RUNTIME_SCHEMA } from "../runtimeObjects/names.ts";
import type { DesiredOwner } from "./desired.ts";
import type { Need } from "./rights.ts";

const SCHEDULE_IN_DATABASE = "schedule_in_database(text, text, text, text, text, boolean)";

/** What the owner needs in every case, whoever deploys: a concurrent refresh looks the view's own name up as its owner. */
export function ownNeeds({ owner, schemas }: DesiredOwner): Need[] {
  return [
    schemaNeed("cron", "cron", "usage", owner),
    ...schemas.map((schema) => schemaNeed("target", schema, "usage", owner)),
  ];
}

/** What the owner needs where the role that deploys acts as it, as one without superuser does. */
export function actingNeeds({ owner, schemas }: DesiredOwner, isElsewhere: boolean): Need[] {
  const schedule: Need = {
    on: "cron",
    what: "function",
    schema: "cron",
    name: SCHEDULE_IN_DATABASE,
    privilege: "execute",
    role: owner,
  };
  return [
    ...schemas.map((schema) => schemaNeed("target", schema, "create", owner)),
    ...(isElsewhere ? [schedule] : []),
  ];
}

/** What the owner needs to read its sources. A refresh does without the use of their schemas, functions in other languages may not. */
export function sourceNeeds(owner: string, sources: readonly QualifiedName[]): Need[] {
  const schemas = [...new Set(sources.map(({ schema }) => schema))];
  return [
    ...schemas.map((schema) => ({ ...schemaNeed("target", schema, "usage", owner), isOptional: true as const })),
    ...sources.map((source) => ({
      on: "target" as const,
      what: "table" as const,
      ...source,
      privilege: "select",
      role: owner,
    })),
  ];
}

/** What schema `matview` must allow in a database where it is there; where it is not, the connected role must make it. */
export function runtimeNeeds(on: "target" | "cron", owner: string): Need[] {
  return [schemaNeed(on, RUNTIME_SCHEMA, "usage", "public"), schemaNeed(on, RUNTIME_SCHEMA, "create", owner)];
}

/** What the connected role needs to make a schema. */
export function buildNeed(on: "target" | "cron", database: string, role: string): Need {
  const purpose = `to make schema ${RUNTIME_SCHEMA}`;
  return { on, what: "database", schema: "", name: database, privilege: "create", role, purpose };
}

function schemaNeed(on: "target" | "cron", name: string, privilege: string, role: string): Need {
  return { on, what: "schema", schema: "", name, privilege, role };
}
