// What a program imports from the package.
export { MaterializedView } from "./materializedView/resource.ts";
export type { GrantArgs, MaterializedViewArgs } from "./materializedView/resource.ts";
export { Platform } from "./platform.ts";
export type { PlatformArgs } from "./platform.ts";
export { resolveConnection } from "./postgres/connection.ts";
export type { Connection, ConnectionConfig } from "./postgres/connection.ts";
export { RefreshedView } from "./refreshedView.ts";
export type { RefreshedViewArgs, RefreshJobSettings } from "./refreshedView.ts";
export type { RefreshSettings } from "./refreshJob/refreshSettings.ts";
export { RefreshJob } from "./refreshJob/resource.ts";
export type { RefreshJobArgs } from "./refreshJob/resource.ts";
export { readSettings } from "./settings.ts";
export type { Settings } from "./settings.ts";
export type { SpotCheck, ViewDeclaration } from "./viewDeclaration.ts";
export { viewDefinition } from "./viewDefinition.ts";
export { ViewIndex } from "./viewIndex/resource.ts";
export type { ViewIndexArgs } from "./viewIndex/resource.ts";
