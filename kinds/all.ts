import type { Kind } from "./kind.ts";
import type { KindName } from "./kindName.ts";
import { materializedViewKind } from "./materializedView/kind.ts";
import { ownerRoleKind } from "./ownerRole/kind.ts";
import { refreshAuditKind } from "./refreshAudit/kind.ts";
import { refreshJobKind } from "./refreshJob/kind.ts";
import { runtimeObjectsKind } from "./runtimeObjects/kind.ts";
import { sourceGrantKind } from "./sourceGrant/kind.ts";
import { typeToken } from "./typeToken.ts";
import { viewIndexKind } from "./viewIndex/kind.ts";

/** A kind of which only that much is known: it plans what it describes. */
export type AnyKind = Kind<object, unknown>;

/** Every kind by its name. */
export const KINDS = {
  materializedView: materializedViewKind,
  viewIndex: viewIndexKind,
  refreshJob: refreshJobKind,
  ownerRole: ownerRoleKind,
  sourceGrant: sourceGrantKind,
  refreshAudit: refreshAuditKind,
  runtimeObjects: runtimeObjectsKind,
} satisfies Record<KindName, unknown>;

// A kind takes what its own schema lets through and nothing else; who asks by type hands it inputs of that type.
const BY_TYPE = new Map(Object.entries(KINDS).map(([name, kind]) => [typeToken(name), kind as unknown as AnyKind]));

/** The kind behind a resource's type in Pulumi, or undefined where the resource is not one of ours. */
export function kindOfType(type: string): AnyKind | undefined {
  return BY_TYPE.get(type);
}

/** Every kind. */
export function allKinds(): AnyKind[] {
  return [...BY_TYPE.values()];
}
