// What a program imports from the package.
import "../provider/requirements.ts";
export { MaterializedView } from "./materializedView.ts";
export type { GrantArgs, MaterializedViewArgs } from "./materializedView.ts";
export { Platform } from "./platform.ts";
export type { PlatformArgs } from "./platform.ts";
export { resolveConnection } from "../postgres/connection.ts";
export type { Connection, ConnectionConfig } from "../postgres/connection.ts";
export { RefreshedView } from "./refreshedView.ts";
export type { Inputs, RefreshedViewArgs, RefreshJobSettings, RefreshSettingsArgs } from "./refreshedViewArgs.ts";
export type { RefreshSettings } from "../kinds/refreshJob/refreshSettings.ts";
export { RefreshJob } from "./refreshJob.ts";
export type { RefreshJobArgs } from "./refreshJob.ts";
export { readSettings } from "./settings.ts";
export type { Settings } from "./settings.ts";
export type { SpotCheck, ViewDeclaration } from "../kinds/viewDeclaration.ts";
export { viewDefinition } from "./viewDefinition.ts";
export { ViewIndex } from "./viewIndex.ts";
export type { ViewIndexArgs } from "./viewIndex.ts";
