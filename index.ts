import * as pulumi from "@pulumi/pulumi";
import { Platform, readSettings, RefreshedView, resolveConnection } from "pulumi-matview";

const settings = readSettings(pulumi.runtime.allConfig());
const databaseUrl = new pulumi.Config("matview").get("databaseUrl");

const tables = ["conversaciones_whatsapp", "prospectos", "coordinaciones", "ejecutivos", "mensajes_whatsapp"];
const platform =
  settings.managePlatform && settings.owner !== undefined
    ? new Platform("platform", {
        connection: resolveConnection({ databaseUrl, cronDatabase: settings.cronDatabase }),
        owner: settings.owner,
        sources: tables.map((name) => ({ schema: "public", name })),
        schemas: [settings.schema],
        observers: settings.observers,
        adopt: settings.adopt,
      })
    : undefined;

const dashboard = new RefreshedView(
  "conversaciones-dashboard",
  {
    schema: settings.schema,
    name: "mv_conversaciones_dashboard",
    uniqueKey: ["conversacion_id"],
    owner: settings.owner,
    grants: settings.readers.map((role) => ({ role, privileges: ["select"] })),
    job: { name: "refresh-conversaciones-dashboard", schedule: settings.schedule, active: settings.active },
    refresh: settings.refresh,
    keepPrevious: settings.keepPrevious,
    stamp: "vista_actualizada_at",
    spotChecks: [
      { name: "an admin sees every conversation", live: true },
      { name: "a coordinator sees the conversations of their coordination", column: "coordinacion_codigo", live: true },
      { name: "an executive sees their own conversations", column: "ejecutivo_id", live: true },
    ],
    adopt: settings.adopt,
    onDrift: settings.onDrift,
  },
  { dependsOn: platform ?? [] },
);

export const views = [dashboard.declaration];
