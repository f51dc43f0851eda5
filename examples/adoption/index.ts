import { MaterializedView, RefreshedView, RefreshJob, viewDefinition, ViewIndex } from "pulumi-matview";

const dailySales = new RefreshedView("daily_sales", {
  uniqueKey: ["day"],
  comment: "What the shop sold, by day",
  grants: [{ role: "analyst", privileges: ["select"] }],
});

const reportsBestDays = new MaterializedView("reports.best_days", {
  schema: "reports",
  name: "best_days",
  definition: viewDefinition("best_days", "sql/views/reports"),
  uniqueKey: ["day"],
  keyIndex: "best_days_day_idx",
}, { dependsOn: [dailySales] });
new ViewIndex("best_days_day_idx", { schema: "reports", view: "best_days", name: "best_days_day_idx", unique: true, columns: ["day"] }, { dependsOn: reportsBestDays, deletedWith: reportsBestDays });
new RefreshJob("nightly", {
  name: "nightly",
  schedule: "0 3 * * *",
  command: "refresh materialized view concurrently reports.best_days; analyze reports.best_days",
  active: true,
}, { dependsOn: reportsBestDays });

const reportsCustomers = new RefreshedView("reports.customers", {
  schema: "reports",
  name: "customers",
  definition: viewDefinition("customers", "sql/views/reports"),
  uniqueKey: ["customer"],
  indexName: "customers_key",
  indexes: [{ name: "customers_lower_idx", sql: "using btree (lower(customer)) WHERE (amount > 100)" }],
  job: { name: "customers", schedule: "0 * * * *" },
});

export const views = [dailySales.declaration, reportsCustomers.declaration];
