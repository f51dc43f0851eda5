// The providers by name. Loaded by entry.ts in Pulumi's provider process, never by a program.
import { materializedViewKind } from "../materializedView/kind.ts";
import { ownerRoleKind } from "../ownerRole/kind.ts";
import { refreshAuditKind } from "../refreshAudit/kind.ts";
import { refreshJobKind } from "../refreshJob/kind.ts";
import { runtimeObjectsKind } from "../runtime/kind.ts";
import { sourceGrantKind } from "../sourceGrant/kind.ts";
import { viewIndexKind } from "../viewIndex/kind.ts";
import { lifecycle } from "./lifecycle.ts";
import type { KindName } from "./loader.ts";

export const materializedView = lifecycle(materializedViewKind);
export const viewIndex = lifecycle(viewIndexKind);
export const refreshJob = lifecycle(refreshJobKind);
export const ownerRole = lifecycle(ownerRoleKind);
export const sourceGrant = lifecycle(sourceGrantKind);
export const refreshAudit = lifecycle(refreshAuditKind);
export const runtimeObjects = lifecycle(runtimeObjectsKind);

const all = {
  materializedView,
  viewIndex,
  refreshJob,
  ownerRole,
  sourceGrant,
  refreshAudit,
  runtimeObjects,
} satisfies Record<KindName, unknown>;
void all;
