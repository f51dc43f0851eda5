// The providers by name. Loaded by entry.ts in Pulumi's provider process, never by a program.
import { KINDS } from "../kinds/all.ts";
import type { AnyKind } from "../kinds/all.ts";
import type { KindName } from "../kinds/kindName.ts";
import { lifecycle } from "../lifecycle/lifecycle.ts";
import type { ResourceProvider } from "../lifecycle/resourceProvider.ts";
import { engineLog } from "./engineLog.ts";

export const providers = Object.fromEntries(
  Object.entries(KINDS).map(([name, kind]) => [name, lifecycle(kind as unknown as AnyKind, engineLog)]),
) as Record<KindName, ResourceProvider>;
