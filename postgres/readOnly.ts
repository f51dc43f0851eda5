import type { Capabilities } from "./capabilities.ts";
import { sqlIdentifier } from "./names.ts";

/** Why nothing can be changed on a server that is no standby, with what to do; undefined where something can. */
export function readOnlyProblem({ readOnlyBy, database, currentUser }: Capabilities): string | undefined {
  if (readOnlyBy == null) return undefined;
  const [role, name] = [sqlIdentifier(currentUser), sqlIdentifier(database)];
  const of: Readonly<Record<string, string>> = {
    database: `database ${name}`,
    user: `role ${role}`,
    "database user": `role ${role} in database ${name}`,
    "configuration file": "system",
  };
  const where = of[readOnlyBy];
  const lift =
    where === undefined
      ? `it comes from ${readOnlyBy === "client" ? "the connection (PGOPTIONS)" : readOnlyBy}`
      : `in one session: set default_transaction_read_only = off; alter ${where} reset default_transaction_read_only`;
  return (
    `database ${database} takes no changes: default_transaction_read_only is on, as hosts set it when a disk is nearly full. ` +
    `Make room first, where that is why; then, ${lift}`
  );
}
