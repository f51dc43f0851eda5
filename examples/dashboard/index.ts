import * as pulumi from "@pulumi/pulumi";
import { readSettings, RefreshedView } from "pulumi-matview";

const { schedule, active, readers } = readSettings(pulumi.runtime.allConfig());

const dashboard = new RefreshedView("conversaciones-dashboard", {
  name: "mv_conversaciones_dashboard",
  uniqueKey: ["conversacion_id"],
  job: { name: "refresh-conversaciones-dashboard", schedule, active },
  grants: readers.map((role) => ({ role, privileges: ["select"] })),
  stamp: "vista_actualizada_at",
  spotChecks: [{ name: "an admin sees every conversation", live: true }],
});

export const views = [dashboard.declaration];
