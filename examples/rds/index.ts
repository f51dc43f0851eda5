import { RefreshedView } from "pulumi-matview";

const sales = new RefreshedView("daily_sales", {
  schema: "reports",
  uniqueKey: ["day"],
});

export const views = [sales.declaration];
