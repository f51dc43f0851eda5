import { RefreshedView } from "pulumi-matview";

const sales = new RefreshedView("daily_sales", { uniqueKey: ["day"] });

const shelves = new RefreshedView("shelves", {
  uniqueKey: ["shelf"],
  // The server has one pg_cron, which lives in shop.
  connection: { name: "warehouse", cronDatabase: "shop" },
});

export const views = [sales.declaration, shelves.declaration];
