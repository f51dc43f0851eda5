import type { EarlierSteps, Foresight, Kind } from "../../kinds/kind.ts";
import { onlyLooks } from "../../kinds/onlooker.ts";
import { displayName } from "../../postgres/names.ts";
import type { Plan } from "../../postgres/plan.ts";
import { poolerProblem } from "../../postgres/pooler.ts";
import { readOnlyProblem } from "../../postgres/readOnly.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";

/** What a preview looks at. */
interface Previewed<Desired, Actual> {
  readonly desired: Desired | "absent";
  readonly previous: Desired | undefined;
  readonly actual: Actual | undefined;
  readonly plan: Plan;
  readonly earlier: EarlierSteps;
}

/** What a deploy would refuse beside what the plan says, and what could be so. */
export async function obstaclesOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  previewed: Previewed<Desired, Actual>,
): Promise<Required<Foresight>> {
  const { desired, previous, actual, plan, earlier } = previewed;
  const { pooler } = session.capabilities;
  const readOnly = readOnlyProblem(session.capabilities);
  // What is tried to find more would only fail on it.
  if (readOnly !== undefined) return { refusals: [readOnly], warnings: [] };
  const pooled = pooler === undefined ? [] : [poolerProblem(pooler)];
  const [foreign, told] = await Promise.all([
    foreignProblems(kind, session, previewed),
    desired === "absent"
      ? dropObstacles(kind, session, plan, actual)
      : kind.foresee?.(session, desired, earlier, { previous, actual, plan }),
  ]);
  return { refusals: [...pooled, ...foreign, ...(told?.refusals ?? [])], warnings: told?.warnings ?? [] };
}

async function dropObstacles<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  { steps }: Plan,
  actual: Actual | undefined,
): Promise<Foresight> {
  if (steps.length === 0 || actual === undefined) return {};
  return { refusals: (await kind.dropProblems?.(session, actual)) ?? [] };
}

interface Right {
  readonly owner: string;
  readonly mayChange: boolean;
  readonly mayDrop: boolean;
}

/** A relation of somebody else: whoever takes it over writes its claim, though nothing else is run. */
async function foreignProblems<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  { desired, previous, actual, plan: { steps } }: Previewed<Desired, Actual>,
): Promise<string[]> {
  const { capabilities } = session;
  const relation = actual === undefined ? undefined : kind.relationOf?.(actual);
  // Who may grant need not own.
  const isAltered = steps.some(({ sql }) => sql.some((statement) => !/^(grant|revoke) /.test(statement)));
  // What only stands in under a name of its own is left as it is.
  const standsIn = actual !== undefined && kind.standsIn?.(actual) === true;
  const isTakenOver = desired !== "absent" && previous === undefined && !standsIn;
  if (relation === undefined || capabilities.isSuperuser || !(isAltered || isTakenOver)) return [];
  const { schema, name } = relation;
  const [isOnlooker, { rows }] = await Promise.all([
    onlyLooks(session),
    session.target.query<Right>(sqlText("describe/may_change"), [schema, name]),
  ]);
  const [right] = rows;
  if (isOnlooker || right === undefined || (desired === "absent" ? right.mayDrop : right.mayChange)) return [];
  return [
    `${kind.noun} ${displayName(relation)} belongs to ${right.owner}, and role ${capabilities.currentUser} may not act as that: connect as ` +
      `${right.owner}, or as a member of it`,
  ];
}
