import { displayName, sqlIdentifier, sqlName } from "../../postgres/names.ts";
import { grantSql } from "../../postgres/objectStatements.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";

/** A privilege that a role needs on an object. */
export interface Need {
  readonly on: "target" | "cron";
  readonly what: "database" | "schema" | "table" | "function";
  /** Of a table or function; empty otherwise. */
  readonly schema: string;
  /** A function's is with its types: `schedule(text, text)`. */
  readonly name: string;
  readonly privilege: string;
  /** `public` is everybody. */
  readonly role: string;
  /** What for, where that is not plain: "to make schema matview". */
  readonly purpose?: string;
  /** Whether it is given where it can be, and not demanded. */
  readonly isOptional?: true;
}

/** A need as the catalog answers it. */
export interface Right extends Need {
  /** The database that `on` stands for. */
  readonly database: string;
  readonly exists: boolean;
  /** Also where everybody, or a role that it is a member of, has it. */
  readonly isHeld: boolean;
  /** Whether the connected role may grant it. */
  readonly mayGrant: boolean;
  /** Owner of the object. */
  readonly keeper: string | null;
}

/** Asks for all privileges of a list, with one query to each database; the answers are in its order. */
export async function describeRights(session: Session, needs: readonly Need[]): Promise<Right[]> {
  const { database, cronDatabase } = session.capabilities;
  const databases = { target: database, cron: cronDatabase } as const;
  const found = new Map<Need, Right>();
  for (const name of new Set([database, cronDatabase])) {
    const asked = needs.filter(({ on }) => databases[on] === name);
    if (asked.length === 0) continue;
    const client = name === database ? session.target : session.cron;
    const { rows } = await client.query<Right>(sqlText("describe/rights"), [JSON.stringify(asked)]);
    for (const [index, need] of asked.entries())
      found.set(need, { ...(rows[index] as Right), ...need, database: name });
  }
  return needs.map((need) => found.get(need) as Right);
}

/** The statement that gives what is needed and takes nothing. */
export function grantNeedSql({ what, schema, name, privilege, role }: Need): string {
  const [, functionName = "", types = ""] = /^([^(]*)(.*)$/s.exec(name) ?? [];
  const objects = {
    database: sqlIdentifier(name),
    schema: sqlIdentifier(name),
    table: sqlName({ schema, name }),
    function: sqlName({ schema, name: functionName }) + types,
  };
  return grantSql(privilege, { kind: what, object: objects[what] }, role);
}

/** A right as people read it: "select on table public.base". */
export function rightText({ what, schema, name, privilege }: Need): string {
  const object = schema === "" ? name : `${schema}.${name}`;
  return `${privilege} on ${what} ${object}`;
}

/** Rights that are missing and are to be given. */
export function lackingRights(rights: readonly Right[]): Right[] {
  return rights.filter(({ isHeld, mayGrant, isOptional }) => !isHeld && (mayGrant || isOptional !== true));
}

/** What is in the way of giving the rights that are missing, each problem with what to do. */
export function missingRights(rights: readonly Right[]): string[] {
  return lackingRights(rights)
    .filter(({ mayGrant, exists }) => !(mayGrant && exists))
    .flatMap(refusedRight);
}

function refusedRight(right: Right): string[] {
  const { what, name, role, database, keeper, mayGrant } = right;
  const statement = grantNeedSql(right);
  const who = role === "public" ? "everybody" : `role ${role}`;
  const problem = [who, "needs", rightText(right), ...(right.purpose === undefined ? [] : [right.purpose])].join(" ");
  if (right.exists) return [mend(problem, database, `a superuser or ${keeper}, its owner,`, statement)];
  if (right.on === "target")
    return [`${what} ${right.schema === "" ? name : displayName(right)} does not exist in database ${database}`];
  // It comes with pg_cron.
  return mayGrant ? [] : [mend(problem, database, "a superuser", statement)];
}

/** A problem that a statement of somebody else solves. The statement ends the line, so that it can be copied. */
export function mend(problem: string, database: string, who: string, statement: string): string {
  return `${problem}; in database ${database} let ${who} run: ${statement}`;
}
