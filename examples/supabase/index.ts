import { RefreshedView } from "pulumi-matview";

const sales = new RefreshedView("customer_sales", {
  // The API shows `public`. A materialized view has no row security, so it is not there.
  schema: "private",
  uniqueKey: ["user_id", "day"],
  // For the server's own code; a user reads through the function of setup.sql.
  grants: [{ role: "service_role", privileges: ["select"] }],
});

export const views = [sales.declaration];
