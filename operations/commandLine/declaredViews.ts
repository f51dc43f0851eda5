import { z } from "zod";
import { splitKept } from "../../kinds/materializedView/swap/kept.ts";
import { parseDuration } from "../../kinds/refreshJob/schedule/duration.ts";
import { spotCheckSchema, viewDeclarationSchema } from "../../kinds/viewDeclaration.ts";
import type { SpotCheck, ViewDeclaration } from "../../kinds/viewDeclaration.ts";
import { SECRET } from "../../lifecycle/secretTexts.ts";
import { connectionNameProblem, resolveConnection, resolveReplicas } from "../../postgres/connection.ts";
import { environment } from "../../postgres/environment.ts";
import type { Environment } from "../../postgres/environment.ts";
import { isServerError, isUserError, serverText, userError } from "../../postgres/errors.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { displayName } from "../../postgres/names.ts";
import { unknownName } from "../../postgres/nearestName.ts";
import { withSession } from "../../postgres/session.ts";
import type { Purpose, Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { isStopping } from "../../postgres/stopping.ts";
import { runPulumi } from "../../provider/runPulumi.ts";
import { databaseKey, stackServers } from "../stack/connection.ts";
import type { Database, Servers } from "../stack/connection.ts";
import type { Call } from "./defineVerb.ts";
import { usageError } from "./usageError.ts";
import { viewArgument } from "./viewArgument.ts";
import { labelled, namedView } from "./viewNames.ts";

/** A view and what is known of its declaration, from a stack's outputs or from flags. */
export interface DeclaredView extends QualifiedName, Database {
  readonly job: string | undefined;
  /** Whether it is declared to have no unique key; undefined where no declaration says. */
  readonly plain?: boolean | undefined;
  /** Whether the rows are wanted as the policies of row security choose them. */
  readonly rowSecurity?: "refuse" | "allow" | undefined;
  readonly stamp: string | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly spotChecks: readonly SpotCheck[];
}

/** A database that a call is about. */
interface Place {
  readonly servers: () => Promise<Servers>;
  /** The views that the call means there. */
  readonly views: (session: Session) => Promise<readonly DeclaredView[]>;
  /** The same without a look at the database, where a stack says it. */
  readonly declared: readonly DeclaredView[] | undefined;
}

/**
 * For the views that the call names, that its stack declares, or else all of a database: what the work says of them, database by
 * database. Where one of several cannot be looked at, that is told, and the call does not end well.
 */
export async function withViews<T>(
  call: Call,
  work: (session: Session, views: readonly DeclaredView[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const places = await placesOf(call);
  const found = await Promise.allSettled(places.map((place) => withPlace(call, place, work, "look")));
  return found.flatMap((one) => {
    if (one.status === "fulfilled") return one.value;
    const error: unknown = one.reason;
    if (places.length === 1 || isStopping() || !(isUserError(error) || isServerError(error))) throw error;
    call.miss(isServerError(error) ? serverText(error) : error.message);
    return [];
  });
}

async function withPlace<T>(
  call: Call,
  { servers, views }: Place,
  work: (session: Session, views: readonly DeclaredView[]) => Promise<T>,
  purpose: Purpose,
): Promise<T> {
  const { connection, replicas } = await servers();
  const act = async (session: Session): Promise<T> => work(session, await views(session));
  return withSession(connection, `matview ${call.verb}`, act, purpose, replicas);
}

async function placesOf(call: Call): Promise<Place[]> {
  const named = call.words.length === 0 ? undefined : viewArgument(call.words);
  const flags = flagsOf(call);
  const stack = call.value("stack");
  if (stack !== undefined) return stackPlaces(call, stack, named, flags);
  const connection = databaseOption(call);
  const views = async (session: Session): Promise<DeclaredView[]> =>
    (named ? [named] : await allViews(session)).map((view) => ({ ...bare(view), connection, ...flags }));
  return [{ servers: () => serversOf(call), views, declared: undefined }];
}

async function stackPlaces(
  call: Call,
  stack: string,
  named: QualifiedName | undefined,
  flags: Partial<DeclaredView>,
): Promise<Place[]> {
  const all = await stackViews(stack);
  const database = databaseOption(call);
  const here = database === undefined ? all : all.filter((view) => view.connection === database);
  if (database !== undefined && here.length === 0)
    throw userError(
      unknownName("connection of this stack", database, [...new Set(all.flatMap((view) => view.connection ?? []))]),
    );
  const chosen = named === undefined ? here : here.filter((view) => displayName(view) === displayName(named));
  if (named !== undefined && chosen.length === 0) {
    const known = here.map(displayName).join(", ");
    throw userError(`stack ${stack} declares no view ${displayName(named)}; it declares ${known || "none"}`);
  }
  const find = call.value("url-env") === undefined ? stackServers(stack) : () => serversOf(call);
  const groups = Map.groupBy(
    chosen.map((view) => ({ ...view, ...flags })),
    databaseKey,
  );
  const places = [...groups.values()].map((views) => ({
    servers: () => find(views[0] ?? {}),
    views: () => Promise.resolve(views),
    declared: views,
  }));
  return places.length > 0 ? places : [{ servers: () => find(), views: () => Promise.resolve([]), declared: [] }];
}

/** The same for verbs that act on one view, which must be there. */
export async function withView<T>(call: Call, work: (session: Session, view: DeclaredView) => Promise<T>): Promise<T> {
  const stack = call.value("stack");
  if (call.words.length === 0 && stack === undefined)
    throw usageError("which view? write its name, e.g. public.daily_revenue");
  const places = await placesOf(call);
  const declared = places.flatMap((place) => place.declared ?? []);
  if (declared.length > 1) {
    const isOne = new Set(declared.map(displayName)).size === 1;
    const ways = isOne ? "; say which with --database NAME" : "";
    throw usageError(`which view? the stack declares ${declared.map(viewLabel).join(", ")}${ways}`);
  }
  const [place] = places;
  const act = (session: Session, [view]: readonly DeclaredView[]): Promise<T> => {
    if (view === undefined) throw userError(`stack ${stack} declares no view`);
    return work(session, view);
  };
  return withPlace(call, place as Place, act, "change");
}

function viewLabel(view: DeclaredView): string {
  return labelled(namedView(view)).view;
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
  return stackNamed(call);
}

/** The stack that a call names, which it must. */
export function stackNamed(call: Call): string {
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
  const { rows } = await target.query<QualifiedName & { comment: string | null }>(sqlText("describe/view_states"), [
    null,
    null,
  ]);
  // What is kept aside belongs to the view that took its place.
  return rows.filter(({ comment }) => splitKept(comment).record === undefined);
}

// Environment first, the variable that the call names before the others; then the stack's configuration.
async function serversOf(call: Call): Promise<Servers> {
  const variable = call.value("url-env");
  if (variable !== undefined) {
    const databaseUrl = environment[variable as keyof Environment];
    if (!databaseUrl) throw usageError(`--url-env ${variable}: the environment has no ${variable}, or it is empty`);
    const connection = resolveConnection({}, { ...process.env, MATVIEW_DATABASE_URL: databaseUrl });
    return { connection, replicas: resolveReplicas({}) };
  }
  const stack = call.value("stack");
  const name = databaseOption(call);
  if (stack !== undefined) return stackServers(stack)(name === undefined ? {} : { connection: name });
  return { connection: resolveConnection({ name }), replicas: resolveReplicas({ name }) };
}

/** The connection that a call names; a verb may have an option of that name for something else. */
export function databaseOption(call: Call): string | undefined {
  const name = call.isCommon("database") ? call.value("database") : undefined;
  const problem = name === undefined ? undefined : connectionNameProblem(name);
  if (problem !== undefined) throw usageError(`--database ${name}: ${problem}`);
  return name;
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
  connection,
  hasOwnUrl,
  cronDatabase,
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
    connection,
    hasOwnUrl,
    cronDatabase,
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
