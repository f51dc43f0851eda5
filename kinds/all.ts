import type { Kind } from "./kind.ts";
import { materializedViewKind } from "./materializedView/kind.ts";
import { ownerRoleKind } from "./ownerRole/kind.ts";
import { refreshAuditKind } from "./refreshAudit/kind.ts";
import { refreshJobKind } from "./refreshJob/kind.ts";
import { runtimeObjectsKind } from "./runtimeObjects/kind.ts";
import { sourceGrantKind } from "./sourceGrant/kind.ts";
import { viewIndexKind } from "./viewIndex/kind.ts";

/** A kind of which only that much is known: it plans what it describes. */
export type AnyKind = Kind<object, unknown>;

const PREFIX = "pulumi-nodejs:dynamic/matview:";

// A kind takes what its own schema lets through and nothing else; who asks by type hands it inputs of that type.
const KINDS: Readonly<Record<string, unknown>> = {
  MaterializedView: materializedViewKind,
  ViewIndex: viewIndexKind,
  RefreshJob: refreshJobKind,
  OwnerRole: ownerRoleKind,
  SourceGrant: sourceGrantKind,
  RefreshAudit: refreshAuditKind,
  RuntimeObjects: runtimeObjectsKind,
};

/** The kind behind a resource's type in Pulumi, or undefined where the resource is not one of ours. */
export function kindOfType(type: string): AnyKind | undefined {
  return type.startsWith(PREFIX) ? (KINDS[type.slice(PREFIX.length)] as AnyKind | undefined) : undefined;
}

/** Every kind. */
export function allKinds(): AnyKind[] {
  return Object.values(KINDS) as AnyKind[];
}
