import { readFileSync } from "node:fs";
import { z } from "zod";
import { kindOfType } from "../kinds/all.ts";
import { entryOf, readFencingToken } from "../kinds/claim.ts";
import { readConsents } from "../kinds/consent.ts";
import { asLeft, noteSteps } from "../kinds/earlierSteps.ts";
import type { NotedSteps } from "../kinds/earlierSteps.ts";
import type { Kind } from "../kinds/kind.ts";
import { readExpectations, saidBy } from "../kinds/once.ts";
import type { Once } from "../kinds/once.ts";
import { environment } from "../postgres/environment.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import { canonical } from "./canonical.ts";
import { planChange } from "./change.ts";
import { placeOf } from "./databases.ts";
import type { Where } from "./databases.ts";
import { driftAnswersSchema } from "./driftAnswers.ts";
import type { Open } from "./look.ts";
import { declaredOnly, fingerprint, idleFingerprint } from "./preview/fingerprint.ts";
import { asPlanned, isPlannedLater } from "./preview/plannedLater.ts";

/** The file that `matview plan --json` wrote; a deploy that is handed it does that and nothing else. */
const PLAN_FILE = "MATVIEW_PLAN";

/** What a deploy needs of a plan's resource; the rest is for people and policies. */
const entrySchema = z.object({
  urn: z.string(),
  kind: z.string(),
  id: z.string(),
  connection: z.string().nullable().default(null),
  hasOwnUrl: z.boolean().default(false),
  operation: z.string(),
  adopt: z.boolean(),
  onDrift: driftAnswersSchema,
  declared: z.record(z.string(), z.unknown()).nullable(),
  previous: z.record(z.string(), z.unknown()).nullable(),
  recorded: z.unknown().optional(),
  fingerprint: z.string(),
  token: z.string().nullable().default(null),
  handover: z.array(z.string()).default([]),
});
const planSchema = z.object({
  version: z.literal(1),
  stack: z.string(),
  allow: z.array(z.string()).default([]),
  expect: z.record(z.string(), z.unknown()).default({}),
  resources: z.array(entrySchema),
});

type Entry = z.infer<typeof entrySchema>;
type OpenIn = (where: Where) => Open;

/** A write that is to be approved. */
interface Write<Desired extends object, Actual> {
  readonly kind: Kind<Desired, Actual>;
  readonly desired: Desired | "absent";
  readonly id: string;
  readonly where: Where;
}

/** The promise for the databases that this process finds by itself is under "", those for a program's own ones under the place. */
const approved = new Map<string, Promise<void>>();
let plan: z.infer<typeof planSchema> | undefined;

/**
 * Before a write: where the deploy was given a plan, the whole plan is made again once, before the first write, and every write
 * must be one of its.
 * @throws when the live state would be treated differently now, or the resource is not in the plan as it is declared.
 */
export async function mustBeApproved<Desired extends object, Actual>(
  { kind, desired, id, where }: Write<Desired, Actual>,
  openIn: OpenIn,
): Promise<void> {
  const file = environment[PLAN_FILE];
  if (!file) return;
  const { resources } = (plan ??= readPlan(file));
  const openEach = ({ connection }: Entry): Open => openIn(connection === null ? {} : { connection });
  const [known, own] = [resources.filter(({ hasOwnUrl }) => !hasOwnUrl), resources.filter((one) => isIn(one, where))];
  await firstTime("", () => approve(file, known, openEach));
  if (where.databaseUrl !== undefined) await firstTime(placeOf(where), () => approve(file, own, () => openIn(where)));
  const wanted = desired === "absent" ? null : declaredOnly(desired);
  const isPlanned = resources.some(
    (one) =>
      one.kind === kind.noun &&
      one.id === id &&
      isIn(one, where) &&
      one.operation !== "same" &&
      canonical(one.declared) === canonical(asPlanned(wanted, one.declared)),
  );
  if (isPlanned) return;
  throw userError(
    `${kind.noun} ${id} is not in the plan ${file} as it is declared now; nothing was done about it. ${AGAIN}`,
  );
}

/**
 * What a person says of this run: what the plan was made with, where there is one.
 * @throws where more is allowed beside it, or other rows are expected.
 */
export function saidNow(): Once {
  const asked = saidBy(environment);
  const file = environment[PLAN_FILE];
  if (!file) return asked;
  plan ??= readPlan(file);
  const allow = readConsents(plan.allow.join(","), file);
  const expect = readExpectations(JSON.stringify(plan.expect), file);
  const more = asked.allow.filter((consent) => !allow.includes(consent));
  if (more.length > 0)
    throw userError(`MATVIEW_ALLOW has ${more.join(", ")}, which the plan ${file} was made without. ${AGAIN}`);
  const other = Object.keys(asked.expect).find((view) => canonical(asked.expect[view]) !== canonical(expect[view]));
  if (other !== undefined)
    throw userError(`MATVIEW_EXPECT expects something of ${other} that the plan ${file} was made without. ${AGAIN}`);
  return { allow, expect };
}

const AGAIN = "Make a new plan with `matview plan --json`, and deploy that";

function firstTime(key: string, work: () => Promise<void>): Promise<void> {
  const known = approved.get(key) ?? work();
  approved.set(key, known);
  return known;
}

function isIn({ connection, hasOwnUrl }: Entry, where: Where): boolean {
  return connection === (where.connection ?? null) && hasOwnUrl === (where.databaseUrl !== undefined);
}

async function approve(file: string, entries: readonly Entry[], openEach: (entry: Entry) => Open): Promise<void> {
  const said = saidNow();
  const planned = entries.filter(({ operation }) => ["create", "update", "delete"].includes(operation));
  const changedAmong = ([first, ...more]: readonly [Entry, ...Entry[]]): Promise<string[]> =>
    openEach(first)(async (session) => {
      const found: string[] = [];
      const noted: NotedSteps = new Set();
      for (const entry of [first, ...more]) {
        if ((await fingerprintNow(session, entry, { noted, once: said })) !== entry.fingerprint)
          found.push(`${entry.kind} ${entry.id}`);
      }
      return found;
    });
  const changed = (await Promise.all(byConnection(planned).map(changedAmong))).flat();
  if (changed.length === 0) return;
  throw problemReport(
    `the plan ${file} no longer fits what is there, and nothing was changed. ${AGAIN}`,
    changed.map((what) => `${what} would be treated differently now`),
  );
}

function byConnection(entries: readonly Entry[]): (readonly [Entry, ...Entry[]])[] {
  const groups = new Map<string | null, [Entry, ...Entry[]]>();
  for (const entry of entries) {
    const group = groups.get(entry.connection);
    if (group === undefined) groups.set(entry.connection, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

function readPlan(file: string): z.infer<typeof planSchema> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw userError(
      `${PLAN_FILE}=${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
  const parsed = planSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw userError(`${PLAN_FILE}=${file} is no plan of \`matview plan --json\`: ${z.prettifyError(parsed.error)}`);
}

async function fingerprintNow(
  session: Session,
  entry: Entry,
  { noted, once }: { readonly noted: NotedSteps; readonly once: Once },
): Promise<string | undefined> {
  const kind = kindOfType(entry.urn.split("::").at(-2)?.split("$").at(-1) ?? "");
  if (kind === undefined) return entry.fingerprint;
  const see = async (wanted: object): Promise<{ actual: unknown; capabilities: Session["capabilities"] }> => ({
    actual: asLeft((await kind.describe(session, [wanted]))[0], noted, wanted),
    capabilities: session.capabilities,
  });
  // Nothing of it was planned.
  if (entry.declared !== null && isPlannedLater([entry.declared, entry.previous])) return entry.fingerprint;
  const desired: object | "absent" = entry.declared ?? "absent";
  const { adopt, onDrift, previous, recorded, urn, token, handover } = entry;
  // What another resource of the plan takes over before, or what goes with its view, is left alone by this one.
  if (desired === "absent" && handover.length > 0) return idleFingerprint(entry.id);
  const deployer = { urn, entry: entryOf(urn), ...readFencingToken(token) };
  const transition = { desired, previous: previous ?? undefined, adopt, onDrift, once, recorded, deployer };
  const change = await planChange(kind, see, transition);
  noteSteps(
    noted,
    { kind: kind.noun, id: entry.id, operation: entry.operation, steps: change.plan.steps },
    entry.declared ?? undefined,
    previous ?? undefined,
  );
  return fingerprint(entry.id, desired, change.plan);
}
