import { claimPattern, entryOf, holderText, isSameEntry, isSameStack } from "../kinds/claim.ts";
import type { Claim, Entry, Stack } from "../kinds/claim.ts";
import type { Kind } from "../kinds/kind.ts";
import { lockKeyOf } from "../postgres/advisoryLock.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { userError } from "../postgres/errors.ts";
import type { Plan } from "../postgres/plan.ts";
import { sqlStatement } from "../postgres/sqlFiles.ts";

/** Who deploys, as far as it is known. */
export interface Deployer {
  readonly urn?: string | undefined;
  readonly entry?: Entry | undefined;
  /** The URN of another entry, where the program of this very run declares the same object by it. */
  readonly declaredBy?: (other: Entry) => string | undefined;
  /** The same, of any resource but the one that holds the object. */
  readonly heir?: (holder: Entry | undefined) => string | undefined;
  /** What the entry's last write left in the state; undefined at a create, and in states from before there were tokens. */
  readonly token?: string | undefined;
  readonly stack?: Stack | undefined;
}

/** What the object itself says of who manages it, as the deployer has to take it. */
export type Tenure =
  | { readonly is: "free" | "own" }
  /** Another entry of the same stack: a create takes the object over. */
  | { readonly is: "taken over"; readonly from: Claim }
  | { readonly is: "refused"; readonly holder: Claim }
  /** An entry that managed it once, and does no longer. */
  | { readonly is: "lost"; readonly holder: Claim }
  /** Of a delete: the program of this very run declares the object by another resource, which keeps it. */
  | { readonly is: "left"; readonly heir: string }
  /** Of a delete: the entry is deleted before it is created again, with the option deleteBeforeReplace. */
  | { readonly is: "replaced" };

/** Of a create: what is nobody's, or was another entry's of this stack, is taken over. */
export function tenureAtCreate(holder: Claim | undefined, { entry }: Deployer, adopt: boolean): Tenure {
  if (holder === undefined) return { is: "free" };
  if (entry === undefined) return { is: "own" };
  if (isSameEntry(holder, entry)) return { is: "own" };
  return isSameStack(holder, entry) || adopt ? { is: "taken over", from: holder } : { is: "refused", holder };
}

/** Of an update, a delete or a state refresh: only what bears the entry's own token is still its own. */
export function tenureLater(holder: Claim | undefined, { entry, token }: Deployer): Tenure {
  if (holder === undefined) return { is: "free" };
  if (token !== undefined) return token === holder.token ? { is: "own" } : { is: "lost", holder };
  // From before there were tokens, or cut off before the state was written.
  return entry !== undefined && isSameEntry(holder, entry) ? { is: "own" } : { is: "lost", holder };
}

/** Of a delete: what the object says and, where that was wiped, what goes along with it says. */
export function tenureAtDelete(
  holder: Claim | undefined,
  along: readonly Claim[],
  { token, stack, declaredBy }: Deployer,
): Tenure {
  const other = stack === undefined ? undefined : along.find((claim) => !isSameStack(claim, stack));
  if (holder === undefined) return other === undefined ? { is: "free" } : { is: "lost", holder: other };
  // The engine does not say whose delete it is: the entry that the program declares may be another one.
  const tenure = tenureLater(holder, { token });
  return tenure.is === "own" && declaredBy?.(holder) !== undefined ? { is: "replaced" } : tenure;
}

/** Why a create must leave an object of another stack alone. */
export function foreignRefusal(subject: string, holder: Claim): Error {
  return userError(
    `${subject} is managed by ${holderText(holder)}: an object has one owner. Take it out of that stack first ` +
      "(pulumi state delete, which leaves the object), or set adopt: true to take it over, after which that stack leaves it alone",
  );
}

/** Why an update must leave an object alone that another entry has taken over. */
export function lostRefusal(subject: string, holder: Claim): Error {
  return userError(
    `${subject} is managed by ${holderText(holder)} now, and no longer by this resource: take this one out of the program; or, to have ` +
      "it back, run pulumi state delete for it, and up again with adopt: true",
  );
}

/** What is said when an entry that lost its object leaves the state, or is refreshed. */
export function lostNote(subject: string, holder: Claim): string {
  return `${subject} is managed by ${holderText(holder)} now: this resource leaves it alone, nothing is dropped`;
}

/** What is said when an entry leaves the state whose object another resource of the program declares. */
export function leftNote(subject: string, heir: string): string {
  return `${subject} is declared by ${shortUrn(heir)}: it keeps it, nothing is dropped`;
}

/** What is said when the engine deletes an entry only to create it again. */
export function replacedNote(subject: string): string {
  return `${subject} stays as it is while its resource is replaced: nothing is dropped`;
}

/** Two resources of one program that mean the same object. */
export function doubleRefusal(subject: string, one: string, other: string): string {
  return (
    `${subject} is declared twice, by ${shortUrn(one)} and by ${shortUrn(other)}: an object has one owner. ` +
    "Take one of them out of the program"
  );
}

/** The resource's name with its types behind it. */
function shortUrn(urn: string): string {
  const [types = "", ...name] = urn.split("::").slice(2);
  return `${name.join("::")} (${types})`;
}

/**
 * The alias that makes a takeover within a stack a plain rename. What a RefreshedView makes is called after it and follows it: there
 * the view alone speaks, for the component. `urn` is the new one.
 */
export function aliasLine(from: Claim, urn: string): string | undefined {
  const { parents = "" } = entryOf(urn);
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const isInComponent = /(^|\$)matview:index:RefreshedView$/.test(from.parents ?? "");
  if (isInComponent && !type.endsWith(":MaterializedView")) return undefined;
  if (from.parents === undefined && parents !== "")
    return ALIAS(`{ name: ${quoted(from.resource)}, parent: pulumi.rootStackResource }`);
  if ((from.parents ?? "") === parents) return ALIAS(`{ name: ${quoted(from.resource)} }`);
  const types = isInComponent ? from.parents : `${from.parents ?? ""}$${type}`;
  return ALIAS(quoted(`urn:pulumi:${from.stack}::${from.project}::${types ?? ""}::${from.resource}`));
}

const ALIAS = (alias: string): string => `to make it a plain rename, give it the option aliases: [${alias}]`;
const quoted = (text: string): string => JSON.stringify(text);

/** The plan with a fence before each step in the object's database: who was seen to manage it must still do so. */
export function fenced<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  plan: Plan,
  objects: readonly Desired[],
  allowed: readonly (string | undefined)[],
  capabilities: Capabilities,
): Plan {
  const { ownership } = kind;
  if (ownership === undefined) return plan;
  const queries = new Set(objects.map((object) => ownership.query(object, capabilities)));
  const [first = ""] = queries;
  const query = [...queries].join("\nunion all\n");
  const fence = {
    // The question names the object, and so does whoever asks it later.
    lockKey: lockKeyOf(first),
    query,
    guard: sqlStatement("statements/pass_fence", { raw: { query }, literals: { allowed: claimPattern(allowed) } }),
    judge: (texts: readonly string[]): void => {
      const other = texts.map(ownership.read).find((claim) => claim !== undefined && !allowed.includes(claim.token));
      if (other !== undefined)
        throw userError(`it is managed by ${holderText(other)} since a moment ago; nothing was done`);
    },
  };
  return { ...plan, steps: plan.steps.map((step) => (step.on === ownership.on ? { ...step, fence } : step)) };
}
