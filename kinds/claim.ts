import { randomBytes } from "node:crypto";
import { packageVersion } from "../postgres/packageFolder.ts";

/** A stack as claims name it. */
export interface Stack {
  readonly project: string;
  readonly stack: string;
}

/** An entry of a stack's state: what Pulumi calls a resource, told apart by its URN. */
export interface Entry extends Stack {
  /** The types of the resources above it, outermost first, as its URN has them: `matview:index:RefreshedView`. */
  readonly parents?: string | undefined;
  readonly resource: string;
}

/** Which entry manages an object, as the object itself tells: in its comment, or behind a job's command. */
export interface Claim extends Entry {
  /** Made anew by each create, so that an entry which lost its object to another one can tell. */
  readonly token: string;
  /** Of this package, when the claim was made. */
  readonly version: string;
  /** When the claim was made, ISO 8601. */
  readonly since: string;
  /** Of a job: its role's statement timeout was set for it, and is taken back with it. */
  readonly setsTimeout?: true;
  /** Of a view: what was deployed was taken back by hand, and the one before serves again. */
  readonly takenBack?: TakenBack;
}

/** When and by which role a definition was taken back, and which: its hash. */
export interface TakenBack {
  readonly at: string;
  readonly by: string;
  readonly definition: string;
}

/** The entry that a URN names. */
export function entryOf(urn: string): Entry {
  const [urnStack = "", project = "", types = "", ...name] = urn.split("::");
  const parents = types.split("$").slice(0, -1).join("$");
  return {
    project,
    stack: urnStack.split(":").at(-1) ?? "",
    ...(parents === "" ? {} : { parents }),
    resource: name.join("::"),
  };
}

/** How the resource of a view's key index is called after the view's own. */
export const KEY_SUFFIX = "-key";

/** True for the claim on the key index of the view that bears the other one, whatever the index is called. */
export function isOwnKey(view: Claim | undefined, index: Claim | undefined): boolean {
  if (view === undefined || index === undefined) return false;
  return isSameEntry(index, { ...view, resource: `${view.resource}${KEY_SUFFIX}` });
}

/** A claim of this moment, with a new token unless the entry has one. */
export function newClaim(entry: Entry, token: string = randomBytes(6).toString("hex")): Claim {
  return { token, ...entry, version: packageVersion(), since: new Date().toISOString() };
}

/** The claim that an object is to bear: undefined is wanted where it stays as it is, null where nobody is to manage it. */
export function wantedClaim(wanted: Claim | null | undefined, found: Claim | undefined): Claim | undefined {
  return wanted === undefined ? found : (wanted ?? undefined);
}

/** The claim as a deploy leaves it, which is not taken back. */
export function asDeployed<T extends Claim | null | undefined>(claim: T): T {
  if (claim?.takenBack === undefined) return claim;
  const { takenBack, ...rest } = claim;
  void takenBack;
  return rest as T;
}

export function isSameClaim(a: Claim | undefined, b: Claim | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function isSameStack(a: Stack, b: Stack): boolean {
  return a.project === b.project && a.stack === b.stack;
}

export function isSameEntry(a: Entry, b: Entry): boolean {
  return isSameStack(a, b) && a.parents === b.parents && a.resource === b.resource;
}

/** What the state keeps of a claim: its token and, for deletes, which are told nothing else, the stack. */
export function fencingToken({ token, project, stack }: Stack & Pick<Claim, "token">): string {
  return `${token} ${project}/${stack}`;
}

/** The parts of `fencingToken`. */
export function readFencingToken(kept: unknown): { token: string | undefined; stack: Stack | undefined } {
  const [, token, project, stack] = /^(\S+) (.*)\/(.*)$/.exec(String(kept)) ?? [];
  return { token, stack: project === undefined || stack === undefined ? undefined : { project, stack } };
}

/** How messages name who manages an object. */
export function holderText({ resource, stack, project, since, version }: Claim): string {
  return `resource ${resource} of stack ${stack} of project ${project} (since ${since}, pulumi-matview ${version})`;
}

/** An object's text as people wrote it, and the claim that stood behind it. */
export interface Claimed {
  readonly text: string;
  readonly claim: Claim | undefined;
}

const LABEL = "pulumi-matview: ";
const IN_COMMENT = /(?:^|\n\n?)pulumi-matview: (\{[^\n]*\})$/;
const IN_COMMAND = /\n\/\* pulumi-matview: (\{[^\n]*\}) \*\/$/;

/** A comment taken apart; a text that is empty stands for none. */
export function splitComment(comment: string | null): { comment: string | null; claim: Claim | undefined } {
  const { text, claim } = split(comment ?? "", IN_COMMENT);
  return { comment: text === "" ? null : text, claim };
}

/** A comment with the claim as its last line; null where there is neither. */
export function joinComment(comment: string | null | undefined, claim: Claim | undefined): string | null {
  if (claim === undefined) return comment ?? null;
  return `${comment ? `${comment}\n\n` : ""}${LABEL}${claimJson(claim)}`;
}

/** A job's command taken apart. */
export function splitCommand(command: string): Claimed {
  return split(command, IN_COMMAND);
}

/** A job's command with the claim as a comment behind it, on a line of its own: the command may end with a comment. */
export function joinCommand(command: string, claim: Claim | undefined): string {
  return claim === undefined ? command : `${command}\n/* ${LABEL}${claimJson(claim)} */`;
}

/** A pattern for the server: texts that end with a claim of one of the tokens, as we write claims. */
export function claimPattern(tokens: readonly (string | undefined)[]): string {
  const plain = tokens.filter((token) => token !== undefined && /^\w+$/.test(token));
  return `(^|\n|\n/[*] )${LABEL}[{]"token":"(${plain.join("|") || "$."})"[^\n]*[}]( [*]/)?$`;
}

function split(text: string, pattern: RegExp): Claimed {
  const match = pattern.exec(text);
  const claim = match === null ? undefined : parseClaim(match[1] ?? "");
  return claim === undefined ? { text, claim } : { text: text.slice(0, match?.index), claim };
}

// Whatever a resource is called, it neither ends nor opens an SQL comment: JSON may write a slash by its number.
function claimJson(claim: Claim): string {
  return JSON.stringify(claim).replaceAll("/", "\\u002f");
}

function parseClaim(json: string): Claim | undefined {
  try {
    const found = JSON.parse(json) as Partial<Claim>;
    const isWhole = [found.token, found.project, found.stack, found.resource].every((part) => typeof part === "string");
    const { version = "unknown", since = "unknown" } = found;
    return isWhole ? { ...(found as Claim), version, since } : undefined;
  } catch {
    return undefined;
  }
}
