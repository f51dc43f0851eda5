// The providers by name. Loaded by entry.ts in Pulumi's provider process, never by a program.
import { materializedViewKind } from "../kinds/materializedView/kind.ts";
import { ownerRoleKind } from "../kinds/ownerRole/kind.ts";
import { refreshAuditKind } from "../kinds/refreshAudit/kind.ts";
import { refreshJobKind } from "../kinds/refreshJob/kind.ts";
import { runtimeObjectsKind } from "../kinds/runtimeObjects/kind.ts";
import { sourceGrantKind } from "../kinds/sourceGrant/kind.ts";
import { viewIndexKind } from "../kinds/viewIndex/kind.ts";
import { lifecycle } from "../lifecycle/lifecycle.ts";
import { engineLog } from "./engineLog.ts";
import type { KindName } from "./loader.ts";

export const materializedView = lifecycle(materializedViewKind, engineLog);
export const viewIndex = lifecycle(viewIndexKind, engineLog);
export const refreshJob = lifecycle(refreshJobKind, engineLog);
export const ownerRole = lifecycle(ownerRoleKind, engineLog);
export const sourceGrant = lifecycle(sourceGrantKind, engineLog);
export const refreshAudit = lifecycle(refreshAuditKind, engineLog);
export const runtimeObjects = lifecycle(runtimeObjectsKind, engineLog);

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
