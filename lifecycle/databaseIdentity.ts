import type { Capabilities, DatabaseIdentity } from "../postgres/capabilities.ts";
import { userError } from "../postgres/errors.ts";
import { shellWord } from "../postgres/names.ts";

/** What a resource's state says about the database that it lives in: its name, the host, and the cluster's identifier. */
export interface IdentityRecord {
  readonly databaseIdentity: readonly [database: string, host: string, systemIdentifier: string];
}

/** What to keep in the state, so that a copy of the database is not taken for it. */
export function identityRecord({ identity }: Capabilities): IdentityRecord {
  return { databaseIdentity: [identity.database, identity.host, identity.systemIdentifier] };
}

/** Where a connection comes from, and the database that the stack may be moved to. */
export interface Move {
  readonly source: string;
  /** `database@host#system`, as the refusal prints it; without `#system` any server of that name. */
  readonly adoptDatabase: string | undefined;
}

/**
 * Refuses a database that is not the one in which the resource was made: a restored copy has its view and its jobs, to the last byte.
 * @throws with what to do, unless this very database is adopted or the state is from before it was kept.
 */
export function refuseOtherDatabase(
  subject: string,
  state: Readonly<Record<string, unknown>>,
  { identity }: Capabilities,
  { source, adoptDatabase = "" }: Move,
): void {
  const recorded = recordedIdentity(state as Partial<IdentityRecord>);
  if (recorded === undefined || isSame(recorded, identity) || isNamed(adoptDatabase, identity)) return;
  const key = ["", "false"].includes(adoptDatabase) ? "" : ` (that key is ${adoptDatabase} now)`;
  throw userError(
    `${subject}: the stack was deployed to ${described(recorded)}, and ${source} leads to ${described(identity)}: ` +
      "a restored copy, another server, or the same one under another name. Nothing was read or changed. Connect to the first; or, to move the " +
      `stack here on purpose, run once with: pulumi config set matview:adoptDatabase ${shellWord(nameOf(identity))}${key}. ` +
      "In a copy that only looks on, matview quiesce switches the jobs off that came with it",
  );
}

function recordedIdentity({ databaseIdentity }: Partial<IdentityRecord>): DatabaseIdentity | undefined {
  if (!Array.isArray(databaseIdentity)) return undefined;
  const [database, host, systemIdentifier] = databaseIdentity;
  return { database, host, systemIdentifier };
}

// The second is what is there: a cluster may have moved to another one of its hosts.
function isSame(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  // A role that may not ask for the identifier knows less, and that is no difference.
  const unknown = a.systemIdentifier === "" || b.systemIdentifier === "";
  const hosts = [b.host, ...(b.among ?? [])];
  return a.database === b.database && hosts.includes(a.host) && (unknown || a.systemIdentifier === b.systemIdentifier);
}

function isNamed(name: string, identity: DatabaseIdentity): boolean {
  return [identity.systemIdentifier, ""].some((systemIdentifier) => name === nameOf({ ...identity, systemIdentifier }));
}

function nameOf({ systemIdentifier, database, host }: DatabaseIdentity): string {
  return `${database}@${host}${systemIdentifier === "" ? "" : `#${systemIdentifier}`}`;
}

function described({ systemIdentifier, database, host }: DatabaseIdentity): string {
  const system = systemIdentifier === "" ? "" : ` (system ${systemIdentifier})`;
  return `database ${database} on host ${host}${system}`;
}
