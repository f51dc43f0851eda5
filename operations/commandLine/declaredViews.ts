import { z } from "zod";
import { parseDuration } from "../../kinds/refreshJob/schedule/duration.ts";
import { spotCheckSchema, viewDeclarationSchema } from "../../kinds/viewDeclaration.ts";
import type { SpotCheck, ViewDeclaration } from "../../kinds/viewDeclaration.ts";
import { SECRET } from "../../lifecycle/secretTexts.ts";
import { resolveConnection, resolveReplicas } from "../../postgres/connection.ts";
import { environment } from "../../postgres/environment.ts";
import type { Environment } from "../../postgres/environment.ts";
import { userError } from "../../postgres/errors.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { displayName } from "../../postgres/names.ts";
import { withSession } from "../../postgres/session.ts";
import type { Purpose, Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { runPulumi } from "../../provider/runPulumi.ts";
import { stackServers } from "../stack/connection.ts";
import type { Servers } from "../stack/connection.ts";
import type { Call } from "./defineVerb.ts";
import { usageError } from "./usageError.ts";
import { viewArgument } from "./viewArgument.ts";

/** A view and what is known of its declaration, from a stack's outputs or from flags. */
export interface DeclaredView extends QualifiedName {
  readonly job: string | undefined;
  /** Whether it is declared to have no unique key; undefined where no declaration says. */
  readonly plain?: boolean | undefined;
  /** Whether the rows are wanted as the policies of row security choose them. */
  readonly rowSecurity?: "refuse" | "allow" | undefined;
  readonly stamp: string | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly spotChecks: readonly SpotCheck[];
}

/** Opens a session for the views that the call names, that its stack declares, or else all of the database. */
export async function withViews<T>(
  call: Call,
  work: (session: Session, views: readonly DeclaredView[]) => Promise<T>,
  purpose: Purpose = "look",
): Promise<T> {
  const named = call.words.length === 0 ? undefined : viewArgument(call.words);
  const flags = flagsOf(call);
  const stack = call.value("stack");
  const declarations = stack === undefined ? undefined : await stackViews(stack);
  const chosenViews = async (session: Session): Promise<readonly DeclaredView[]> => {
    const views = (declarations ?? (named ? [named] : await allViews(session)).map(bare)).map((view) => ({
      ...view,
      ...flags,
    }));
    const chosen = named === undefined ? views : views.filter((view) => displayName(view) === displayName(named));
    if (named !== undefined && chosen.length === 0) {
      const known = views.map(displayName).join(", ");
      throw userError(`stack ${stack} declares no view ${displayName(named)}; it declares ${known || "none"}`);
    }
    return chosen;
  };
  const { connection, replicas } = await serversOf(call);
  return withSession(
    connection,
    `matview ${call.verb}`,
    async (session) => work(session, await chosenViews(session)),
    purpose,
    replicas,
  );
}

/** The same for verbs that act on one view, which must be there. */
export async function withView<T>(call: Call, work: (session: Session, view: DeclaredView) => Promise<T>): Promise<T> {
  if (call.words.length === 0 && call.value("stack") === undefined)
    throw usageError("which view? write its name, e.g. public.daily_revenue");
  const act = (session: Session, views: readonly DeclaredView[]): Promise<T> => {
    const [view, ...more] = views;
    if (view === undefined) throw userError(`stack ${call.value("stack")} declares no view`);
    if (more.length > 0) throw usageError(`which view? the stack declares ${views.map(displayName).join(", ")}`);
    return work(session, view);
  };
  return withViews(call, act, "change");
}

/** How many views are worked on at the same time. */
const AT_ONCE = 4;

/** Acts on each of the views that the call names, several at a time, and says how each ended, in their order. */
export async function withEachView<T>(
  call: Call,
  work: (session: Session, view: QualifiedName) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const views = call.words.map((word) => viewArgument([word]));
  const { connection } = await serversOf(call);
  const settled = new Map<QualifiedName, PromiseSettledResult<T>>();
  const left = [...views];
  const worker = (): Promise<void> =>
    withSession(connection, `matview ${call.verb}`, async (session) => {
      for (let view = left.shift(); view !== undefined; view = left.shift()) {
        const [ended] = await Promise.allSettled([work(session, view)]);
        settled.set(view, ended as PromiseSettledResult<T>);
      }
    });
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, views.length) }, worker));
  return views.flatMap((view) => settled.get(view) ?? []);
}

/** The same for verbs that look at a whole database. */
export async function withDatabase<T>(call: Call, work: (session: Session) => Promise<T>): Promise<T> {
  mustNameNoView(call);
  const { connection } = await serversOf(call);
  return withSession(connection, `matview ${call.verb}`, work);
}

/** The stack of a call that is about a whole stack. */
export function stackOf(call: Call): string {
  mustNameNoView(call);
  const stack = call.value("stack");
  if (stack === undefined) throw usageError("which stack? write --stack NAME");
  return stack;
}

function mustNameNoView({ words }: Call): void {
  if (words.length > 0) throw usageError(`it takes no view: ${words.join(" ")}`);
}

function bare({ schema, name }: QualifiedName): DeclaredView {
  return { schema, name, job: undefined, stamp: undefined, maxAgeSeconds: undefined, spotChecks: [] };
}

async function allViews({ target }: Session): Promise<QualifiedName[]> {
  return (await target.query<QualifiedName>(sqlText("describe/view_states"), [null, null])).rows;
}

// Environment first, the variable that the call names before the others; then the stack's configuration.
async function serversOf(call: Call): Promise<Servers> {
  const name = call.value("url-env");
  if (name !== undefined) {
    const databaseUrl = environment[name as keyof Environment];
    if (!databaseUrl) throw usageError(`--url-env ${name}: the environment has no ${name}, or it is empty`);
    const connection = resolveConnection({}, { ...process.env, MATVIEW_DATABASE_URL: databaseUrl });
    return { connection, replicas: resolveReplicas({}) };
  }
  const stack = call.value("stack");
  if (stack !== undefined) return stackServers(stack);
  return { connection: resolveConnection({}), replicas: resolveReplicas({}) };
}

async function stackViews(stack: string): Promise<DeclaredView[]> {
  const { code, stdout, stderr } = await runPulumi(["stack", "output", "--json", "--stack", stack]);
  if (code !== 0) throw userError(`the outputs of stack ${stack} could not be read: ${stderr.trim()}`);
  const outputs = JSON.parse(stdout) as { views?: unknown };
  if ([outputs.views].flat().includes(SECRET)) {
    throw userError(
      `the output views of stack ${stack} is a secret, for an argument that it speaks of is one: schedule, stamp, maxAge, spotChecks, or a name. ` +
        "Where none of them is to stay secret: export const views = [pulumi.unsecret(yourView.declaration)], and deploy",
    );
  }
  const parsed = z.object({ views: z.array(viewDeclarationSchema).optional() }).safeParse(outputs);
  if (!parsed.success)
    throw userError(`the output views of stack ${stack} is not as expected: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.views === undefined)
    throw userError(`stack ${stack} has no output views; export const views = [yourView.declaration], and deploy`);
  return parsed.data.views.map(fromOutput);
}

function fromOutput({
  view,
  index,
  plain,
  job,
  stamp,
  maxAge,
  rowSecurity,
  spotChecks = [],
}: ViewDeclaration): DeclaredView {
  const maxAgeSeconds = maxAge === undefined ? undefined : secondsOf("maxAge", maxAge);
  return {
    ...viewArgument([view]),
    plain: index === undefined ? plain : false,
    job,
    stamp,
    rowSecurity,
    maxAgeSeconds,
    spotChecks,
  };
}

function flagsOf(call: Call): Partial<DeclaredView> {
  const [job, stamp, maxAge] = [call.value("job"), call.value("stamp"), call.value("max-age")];
  const spotChecks = call.values("spot-check").map(spotCheckOf);
  return {
    ...(job === undefined ? {} : { job }),
    ...(stamp === undefined ? {} : { stamp }),
    ...(maxAge === undefined ? {} : { maxAgeSeconds: secondsOf("--max-age", maxAge) }),
    ...(spotChecks.length === 0 ? {} : { spotChecks }),
  };
}

function secondsOf(what: string, text: string): number {
  const duration = parseDuration(text);
  if (!duration.ok) throw usageError(`${what}: ${duration.problem}`);
  return duration.seconds;
}

/** Reads `COLUMN=VALUE:COUNT`, `COLUMN=VALUE:live`, `COLUMN:live` (each value) and `:COUNT` or `:live` (all rows). */
function spotCheckOf(text: string): SpotCheck {
  const colon = text.lastIndexOf(":");
  const [selection, wanted] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  const equals = selection.indexOf("=");
  const column = equals < 0 ? selection : selection.slice(0, equals);
  const parsed = spotCheckSchema.safeParse({
    name: text,
    ...(column === "" ? {} : { column }),
    ...(equals < 0 ? {} : { value: selection.slice(equals + 1) }),
    ...(wanted === "live" ? { live: true } : /^\d+$/.test(wanted) ? { expected: Number(wanted) } : {}),
  });
  if (colon < 0 || !parsed.success) {
    throw usageError(`--spot-check ${text}: write COLUMN=VALUE:COUNT, COLUMN=VALUE:live, COLUMN:live, :COUNT or :live`);
  }
  return parsed.data;
}
