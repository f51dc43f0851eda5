import { expect, test } from "@jest/globals";
import { requireInstallation } from "../../../scripts/database/installation.ts";
import { addedClusters, cronPackage } from "../../../scripts/database/packages.ts";

test("of several pg_cron packages the one of the newest PostgreSQL is chosen, and names that only look alike are not", () => {
  const names = [
    "postgresql-15",
    "postgresql-9-cron",
    "postgresql-17-cron",
    "postgresql-17-cron-dbgsym",
    "postgresql-common",
  ];
  expect(cronPackage(names)).toBe("postgresql-17-cron");
  expect(cronPackage(names, "9")).toBe("postgresql-9-cron");
  expect(cronPackage(names, "15")).toBeUndefined();
  expect(cronPackage([])).toBeUndefined();
});

test("only clusters that an installation added are to be dropped, and those of the same name elsewhere are kept", () => {
  const before =
    "14  main    5432 online postgres /var/lib/postgresql/14/main /var/log/postgresql/postgresql-14-main.log\n";
  const after = `${before}15  main    5433 online postgres /var/lib/postgresql/15/main /var/log/postgresql/postgresql-15-main.log\n`;
  expect(addedClusters(before, after)).toEqual([["15", "main"]]);
  expect(addedClusters(after, after)).toEqual([]);
  expect(addedClusters("", before)).toEqual([["14", "main"]]);
});

test("a PostgreSQL that is not there is missed by name, with what brings it", () => {
  expect(() => requireInstallation("99")).toThrow(
    "there is no PostgreSQL 99 with pg_cron on this computer: install the package postgresql-99-cron, or set MATVIEW_DATABASE_URL to a server that has it",
  );
});
