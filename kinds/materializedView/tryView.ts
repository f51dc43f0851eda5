import type { QueryResult } from "pg";
import { isServerError, serverText, SQLSTATE } from "../../postgres/errors.ts";
import { derivedName, displayName, sqlIdentifier } from "../../postgres/names.ts";
import { commentSql, grantSql, named, ownerSql } from "../../postgres/objectStatements.ts";
import type { Plan } from "../../postgres/plan.ts";
import { willChangeRole, willCreateRole } from "../earlierSteps.ts";
import type { Obstacle } from "../earlierSteps.ts";
import type { EarlierSteps } from "../kind.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { indexText } from "./indexes/indexText.ts";
import { createIndexSql, createSql, queryText, refreshSql } from "./statements.ts";

/** Something that only the server can refuse, and what it is called. */
interface Trial {
  readonly of: "view" | "owner" | "property";
  readonly what: string;
  readonly statements: readonly string[];
  /** Whether a step before may take the server's reason away. */
  readonly isMade?: boolean;
  readonly advice?: string;
}

interface ViewAttempt {
  readonly desired: DesiredView;
  readonly actual: ActualView | AbsentView | undefined;
  readonly plan: Plan;
}

/**
 * What is tried of a view that is to be made or changed, each by itself and on an empty one of its own that nobody sees: nothing of it stays,
 * and no lock is taken on what is there but that of a reader.
 */
export function viewTrials(
  { desired, actual, plan }: ViewAttempt,
  earlier: EarlierSteps,
  serverMajor: number,
): Trial[] {
  const there = actual?.exists === true ? actual : undefined;
  const isBuilt = plan.steps.some(({ action, swap }) => action === "create" || swap !== undefined);
  const aside = { schema: desired.schema, name: derivedName(desired.name, "matview_try") };
  const like = (rest: Partial<DesiredView>): string[] => createSql({ ...aside, definition: "select 1 as id", ...rest });
  const relation = named("materialized view", aside);
  const { owner, comment, tablespace, accessMethod } = desired;
  return [
    ...(isBuilt ? [whole(desired, there === undefined ? desired.name : aside.name)] : []),
    // With a swap they are tried together with it.
    ...(isBuilt && there === undefined ? indexTrials(desired, serverMajor) : []),
    ...Object.entries(desired.storageParameters ?? {})
      .filter(([name, value]) => isBuilt || there?.storageParameters[name] !== value)
      .map(([name, value]) => ({
        of: "property" as const,
        what: `storage parameter ${name} = ${value}`,
        statements: like({ storageParameters: { [name]: value } }),
      })),
    ...(tablespace === undefined || tablespace === there?.tablespace
      ? []
      : [{ of: "property" as const, what: `tablespace ${tablespace}`, statements: like({ tablespace }) }]),
    ...(accessMethod === undefined || accessMethod === there?.accessMethod
      ? []
      : [{ of: "property" as const, what: `access method ${accessMethod}`, statements: like({ accessMethod }) }]),
    ...(comment === undefined || comment === there?.comment
      ? []
      : [{ of: "property" as const, what: "the comment", statements: [...like({}), commentSql(relation, comment)] }]),
    ...missingGrants(desired, there).map(([role, privilege]) => ({
      of: "property" as const,
      what: `the grant of ${privilege} to ${role}`,
      statements: [...like({}), grantSql(privilege, named("table", aside), role)],
      isMade: willCreateRole(earlier, role),
    })),
    ...(owner === undefined || owner === there?.owner
      ? []
      : [
          {
            of: "owner" as const,
            what: `owner ${owner}`,
            statements: [...like({}), ownerSql(relation, owner)],
            isMade: willChangeRole(earlier, owner),
            advice: `the connected role must be able to act as the owner, and the owner needs create on schema ${sqlIdentifier(desired.schema)}`,
          },
        ]),
  ];
}

/** The view with its key, under the name that it gets, or beside the one that is there. */
function whole({ schema, definition, uniqueKey = [] }: DesiredView, name: string): Trial {
  const index = derivedName(name, "matview_try_key");
  const key = { index, isUnique: true, elements: `using btree (${uniqueKey.map(sqlIdentifier).join(", ")})` };
  return {
    of: "view",
    what: displayName({ schema, name }),
    statements: [
      ...createSql({ schema, name, definition }),
      ...(uniqueKey.length === 0 ? [] : [createIndexSql({ schema, name }, key)]),
    ],
  };
}

function indexTrials({ definition, indexes = [], keyIndex, ...view }: DesiredView, serverMajor: number): Trial[] {
  const { schema, name } = view;
  const empty = createSql({ schema, name, definition: `select * from (${queryText(definition)}\n) q limit 0` });
  return indexes.map((index) => {
    const { name: called, unique: isUnique } = index;
    const elements = indexText(index, serverMajor);
    const built = [...empty, createIndexSql({ schema, name }, { index: called, isUnique, elements })];
    // PostgreSQL itself says whether a concurrent refresh takes the key's index; of no rows, which costs nothing.
    const refreshed = [refreshSql({ schema, name }), refreshSql({ schema, name }, true)];
    return {
      of: "view",
      what: `index ${displayName({ schema, name: index.name })}`,
      statements: index.name === keyIndex ? [...built, ...refreshed] : built,
    };
  });
}

function missingGrants(
  { grants = [] }: DesiredView,
  there: ActualView | undefined,
): (readonly [role: string, privilege: string])[] {
  return grants
    .flatMap(({ role, privileges }) => privileges.map((privilege) => [role, privilege] as const))
    .filter(
      ([role, privilege]) => !(there?.grants ?? []).some((one) => one.role === role && one.privilege === privilege),
    );
}

const SAVEPOINT = "matview_trial";

/** The trials as statements that leave the transaction as it was; a trial's first, and what it takes back, are not its own. */
export function trialStatements(trials: readonly Trial[]): string[] {
  return trials.flatMap(({ statements }) => [
    `savepoint ${SAVEPOINT}`,
    ...statements,
    `rollback to savepoint ${SAVEPOINT}`,
  ]);
}

/** What the server refused, by its answers to `trialStatements`. */
export function refusedTrials(
  trials: readonly Trial[],
  answers: readonly PromiseSettledResult<QueryResult>[],
): (Obstacle & Pick<Trial, "of">)[] {
  let next = 0;
  return trials.flatMap((trial) => {
    const own = answers.slice(next, (next += trial.statements.length + 2));
    const failed = own.find((answer) => answer.status === "rejected");
    if (failed === undefined) return [];
    const error = failed.reason as Error;
    if (!isServerError(error)) throw error;
    // Somebody else is at it, or the server is busy: the deploy may well go on.
    if (error.code === SQLSTATE.lockNotAvailable || error.code === SQLSTATE.queryCanceled) return [];
    const { of, what, isMade = false, advice } = trial;
    const isOfDeployer = error.code === SQLSTATE.insufficientPrivilege;
    const more = advice !== undefined && isOfDeployer ? `: ${advice}` : "";
    return [{ problem: `PostgreSQL refuses ${what}: ${serverText(error)}${more}`, isMade, isOfDeployer, of }];
  });
}
