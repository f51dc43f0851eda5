import { readFileSync } from "node:fs";
import { z } from "zod";
import { kindOfType } from "../kinds/all.ts";
import { entryOf, readFencingToken } from "../kinds/claim.ts";
import { readConsents } from "../kinds/consent.ts";
import type { Consent } from "../kinds/consent.ts";
import { asLeft, noteSteps } from "../kinds/earlierSteps.ts";
import type { NotedSteps } from "../kinds/earlierSteps.ts";
import type { Kind } from "../kinds/kind.ts";
import { environment } from "../postgres/environment.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import { canonical } from "./canonical.ts";
import { planChange } from "./change.ts";
import { driftAnswersSchema } from "./driftAnswers.ts";
import { declaredOnly, fingerprint, idleFingerprint } from "./preview/fingerprint.ts";
import { asPlanned, isPlannedLater } from "./preview/plannedLater.ts";

/** The file that `matview plan --json` wrote; a deploy that is handed it does that and nothing else. */
const PLAN_FILE = "MATVIEW_PLAN";

/** What a deploy needs of a plan's resource; the rest is for people and policies. */
const entrySchema = z.object({
  urn: z.string(),
  kind: z.string(),
  id: z.string(),
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
  resources: z.array(entrySchema),
});

type Entry = z.infer<typeof entrySchema>;
type Open = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

let approved: Promise<readonly Entry[]> | undefined;
let plan: z.infer<typeof planSchema> | undefined;

/**
 * Before a write: where the deploy was given a plan, the whole plan is made again once, before the first write, and every write
 * must be one of its.
 * @throws when the live state would be treated differently now, or the resource is not in the plan as it is declared.
 */
export async function mustBeApproved<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  desired: Desired | "absent",
  id: string,
  open: Open,
): Promise<void> {
  const file = environment[PLAN_FILE];
  if (!file) return;
  approved ??= approve(file, open);
  const wanted = desired === "absent" ? null : declaredOnly(desired);
  const isIn = (await approved).some(
    (one) =>
      one.kind === kind.noun &&
      one.id === id &&
      one.operation !== "same" &&
      canonical(one.declared) === canonical(asPlanned(wanted, one.declared)),
  );
  if (isIn) return;
  throw userError(
    `${kind.noun} ${id} is not in the plan ${file} as it is declared now; nothing was done about it. ${AGAIN}`,
  );
}

/**
 * What a person allows in this run: what the plan was made with, where there is one.
 * @throws where more is allowed beside it.
 */
export function allowedNow(): readonly Consent[] {
  const asked = readConsents(environment.MATVIEW_ALLOW ?? "");
  const file = environment[PLAN_FILE];
  if (!file) return asked;
  plan ??= readPlan(file);
  const planned = readConsents(plan.allow.join(","), file);
  const more = asked.filter((consent) => !planned.includes(consent));
  if (more.length === 0) return planned;
  throw userError(`MATVIEW_ALLOW has ${more.join(", ")}, which the plan ${file} was made without. ${AGAIN}`);
}

const AGAIN = "Make a new plan with `matview plan --json`, and deploy that";

async function approve(file: string, open: Open): Promise<readonly Entry[]> {
  const { resources } = (plan ??= readPlan(file));
  const allow = allowedNow();
  const planned = resources.filter(({ operation }) => ["create", "update", "delete"].includes(operation));
  const changed = await open(async (session) => {
    const found: string[] = [];
    const noted: NotedSteps = new Set();
    for (const entry of planned) {
      if ((await fingerprintNow(session, entry, { noted, allow })) !== entry.fingerprint)
        found.push(`${entry.kind} ${entry.id}`);
    }
    return found;
  });
  if (changed.length === 0) return resources;
  throw problemReport(
    `the plan ${file} no longer fits what is there, and nothing was changed. ${AGAIN}`,
    changed.map((what) => `${what} would be treated differently now`),
  );
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
  { noted, allow }: { readonly noted: NotedSteps; readonly allow: readonly Consent[] },
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
  const transition = { desired, previous: previous ?? undefined, adopt, onDrift, allow, recorded, deployer };
  const change = await planChange(kind, see, transition);
  noteSteps(
    noted,
    { kind: kind.noun, id: entry.id, operation: entry.operation, steps: change.plan.steps },
    entry.declared ?? undefined,
    previous ?? undefined,
  );
  return fingerprint(entry.id, desired, change.plan);
}
