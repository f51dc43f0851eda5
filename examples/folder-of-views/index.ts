import * as pulumi from "@pulumi/pulumi";
import { readSettings, refreshedViews } from "pulumi-matview";

const { schedule, active, refresh, readers } = readSettings(pulumi.runtime.allConfig());

const all = refreshedViews({
  grants: readers.map((role) => ({ role, privileges: ["select"] })),
  job: { schedule, active },
  refresh,
  // What differs by view.
  views: {
    order_totals: { uniqueKey: ["order_id"] },
    daily_sales: { uniqueKey: ["day"] },
    product_sales: { uniqueKey: ["product_id"] },
    customer_totals: {
      uniqueKey: ["customer_id"],
      indexes: [{ name: "customer_totals_email_idx", columns: [{ expression: "lower(email)" }] }],
    },
    "reports.best_days": { uniqueKey: ["day"] },
    "reports.best_customers": { uniqueKey: ["customer_id"] },
  },
});

export const views = Object.values(all).map(({ declaration }) => declaration);
