import { setRoleSql } from "../../postgres/objectStatements.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import type { GrantItem } from "./swap/relationProperties.ts";

/** Items that one statement can grant: the same grantor, grantee and option. */
export interface GrantGroup {
  readonly grantor: string;
  readonly grantee: string;
  readonly option: string;
  readonly privileges: readonly string[];
}

/**
 * Statements that give exactly these items, when nobody but the owner holds anything: each is made by its own grantor, and
 * after the grant that lets this one pass it on.
 */
export function grantStatements(
  owner: string,
  items: readonly GrantItem[],
  statement: (group: GrantGroup) => string,
): string[] {
  return inGrantOrder(owner, items).flatMap((group) =>
    group.grantor === owner
      ? [statement(group)]
      : [setRoleSql(group.grantor), statement(group), sqlStatement("statements/reset_role")],
  );
}

function inGrantOrder(owner: string, items: readonly GrantItem[]): GrantGroup[] {
  const able = new Set([owner]);
  const ordered: GrantGroup[] = [];
  let waiting = grouped(items);
  while (waiting.length > 0) {
    const ready = waiting.filter(({ grantor }) => able.has(grantor));
    // Cannot be in a catalog; PostgreSQL then says what is missing.
    const next = ready.length > 0 ? ready : waiting;
    ordered.push(...next);
    for (const { grantee, option } of next) if (option !== "") able.add(grantee);
    waiting = waiting.filter((group) => !next.includes(group));
  }
  return ordered;
}

function grouped(items: readonly GrantItem[]): GrantGroup[] {
  const groups = new Map<string, GrantGroup>();
  for (const { grantor, grantee, privilege, grantable } of items) {
    const key = JSON.stringify([grantor, grantee, grantable]);
    const privileges = [...(groups.get(key)?.privileges ?? []), privilege];
    groups.set(key, { grantor, grantee, option: grantable ? " with grant option" : "", privileges });
  }
  return [...groups.values()];
}
