import { userError } from "../../postgres/errors.ts";

/** A view whose job is to have a statement timeout, and whose setting that is. */
export interface RoleTimeout {
  /** As messages name it: `public.daily_revenue`. */
  readonly view: string;
  /** Name of its connection, where the program has several databases. */
  readonly connection?: string | undefined;
  /** Undefined for the role that deploys. */
  readonly owner: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Remembers what the views of a program declare. A statement timeout is one setting of a role in a database, so that two views of an
 * owner that want different ones would take it from each other at every deploy.
 * @throws for the second of two such views, with both names.
 */
export function roleTimeouts(): (declared: RoleTimeout) => void {
  const known = new Map<string, Map<string, number>>();
  return ({ view, connection, owner, timeoutMs }) => {
    const setting = JSON.stringify([connection, owner]);
    const ofOwner = known.get(setting) ?? new Map<string, number>();
    known.set(setting, ofOwner);
    for (const [other, otherMs] of ofOwner) {
      if (other === view || otherMs === timeoutMs) continue;
      const role = owner === undefined ? "the role that deploys" : `role ${owner}`;
      throw userError(
        `${other} and ${view} belong to ${role} and declare statement timeouts of ${otherMs} ms and ${timeoutMs} ms, and it is one setting ` +
          "of the role in its database: declare the same statementTimeout for both, or give one of them another owner",
      );
    }
    ofOwner.set(view, timeoutMs);
  };
}
