import type { z } from "zod";
import type { Runner } from "../postgres/applyPlan.ts";
import type { Question } from "../postgres/asked.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import type { QualifiedName } from "../postgres/names.ts";
import type { Plan } from "../postgres/plan.ts";
import type { Session } from "../postgres/session.ts";
import type { Claim, Stack } from "./claim.ts";
import type { DefinitionChange } from "./materializedView/change/definitionChange.ts";
import type { Once } from "./once.ts";

/** What `plan` decides from. Everything is data: no connection, no clock. */
export interface Situation<Desired, Actual> {
  readonly desired: Desired | "absent";
  /** The declaration that was applied before; undefined when there is none. A rename needs the old name. */
  readonly previous: Desired | undefined;
  readonly actual: Actual | undefined;
  readonly capabilities: Capabilities;
  /** Who is to manage the object from now on; null for nobody, undefined where that stays as it is, as in every preview. */
  readonly claim?: Claim | null | undefined;
  /** Whether what somebody else made may be changed. */
  readonly adopt?: boolean | undefined;
  /** Of a removal: whose objects go along. */
  readonly stack?: Stack | undefined;
  /** What still bears the name before, beside the declared one. */
  readonly superseded?: Actual | undefined;
}

/** How the objects of a kind say who manages them. */
export interface Ownership<Desired extends object, Actual> {
  readonly claimOf: (actual: Actual) => Claim | undefined;
  /** Claims on what a delete takes along: they speak where somebody wiped the object's own. */
  readonly claimsAlong?: (actual: Actual) => readonly Claim[];
  /** Asks for the texts of whatever bears the object's name, in the database where the object lives. */
  readonly on: "target" | "cron";
  readonly query: (desired: Desired, capabilities: Capabilities) => string;
  /** The claim in such a text. */
  readonly read: (text: string) => Claim | undefined;
}

/** All objects of a kind as they were at one moment, for looks that change nothing. */
export interface Survey<Desired, Actual> {
  /** What `describe` would answer, or undefined where only the server can tell. `recorded` is what `record` gave before. */
  find(desired: Desired, recorded: unknown): { readonly actual: Actual | undefined } | undefined;
}

/** What steps of the same run will have done, as kinds/earlierSteps.ts notes and reads it. */
export type EarlierSteps = ReadonlySet<string>;

/** What a preview is about. */
export type Foreseen<Desired, Actual> = Pick<Situation<Desired, Actual>, "previous" | "actual"> & {
  readonly plan: Plan;
};

/** What a preview found: why the deploy would be refused, and what is not known before it. */
export interface Foresight {
  readonly refusals?: readonly string[];
  readonly warnings?: readonly string[];
}

/** Describes objects that are few one after the other. */
export function oneByOne<Desired, Actual>(
  describe: (session: Session, desired: Desired) => Promise<Actual>,
): (session: Session, desired: readonly Desired[]) => Promise<Actual[]> {
  return async (session, desired) => {
    const found: Actual[] = [];
    for (const one of desired) found.push(await describe(session, one));
    return found;
  };
}

/** What a resource kind is: data plus functions without side effects, and one that reads. The lifecycle does the rest. */
export interface Kind<Desired extends object, Actual> {
  /** As users read it in messages: "materialized view". */
  readonly noun: string;
  /** Checks the inputs; its messages are what a person sees, property by property. */
  readonly schema: z.ZodType<Desired>;
  /** Qualified name, never random. */
  id(desired: Desired): string;
  /** The same declaration under the name that the object had before. */
  located(desired: Desired, previous: Desired): Desired;
  /** Of what was described and may be another entry's: what bears the entry's own token. */
  ownOf?(actual: Actual, token: string | undefined): Actual | undefined;
  /** True of what only serves as the declared object, under a name of its own. */
  standsIn?(actual: Actual): boolean;
  /** Whether the declared object is there already, made with another one, and what bears the name before only has to go. */
  isSuperseded?(desired: Desired, before: Actual, actual: Actual): boolean;
  /** Missing where several entries may share an object. */
  readonly ownership?: Ownership<Desired, Actual>;
  /** What keeps the object from being dropped, each with what to do. */
  dropProblems?(session: Session, actual: Actual): Promise<string[]>;
  /** What `describe` asks first, which nothing but a right may refuse; `known` is the server as it was at the last look. */
  asks?(desired: readonly Desired[], known: Capabilities | undefined): readonly Question[];
  /** Reads the catalog, writes nothing; undefined = absent. One answer for each that was asked, in order. */
  describe(session: Session, desired: readonly Desired[]): Promise<(Actual | undefined)[]>;
  /** True for a description of something that is not there, where a kind describes that too. */
  isAbsent?(actual: Actual): boolean;
  /** Reads everything of this kind at once, in a number of queries that does not grow with the objects. Missing where there are few. */
  survey?(session: Session): Promise<Survey<Desired, Actual>>;
  /** The file of `sql/` that the survey asks first, for all objects. */
  readonly surveyed?: string;
  /** What to keep in the state beside the inputs, so that the next survey can answer without the server. */
  record?(desired: Desired, actual: Actual, capabilities: Capabilities): string | undefined;
  /** The declaration with what `record` kept of the deploy, where that completes it. */
  recall?(desired: Desired, recorded: unknown): Desired;
  /** Why an object of this (recalled) declaration that was deployed and is not found need not be gone. */
  doubt?(desired: Desired, actual: Actual | undefined, capabilities: Capabilities): string | undefined;
  plan(situation: Situation<Desired, Actual>): Plan;
  /** The declaration with what a person says of this object in one deploy. */
  once?(desired: Desired, said: Once, previous?: Desired): Desired;
  /**
   * The inputs as the world has them; where the world means the same, the declared text itself. What the world has and a
   * declaration cannot say is a property more.
   */
  observed(desired: Desired, actual: Actual, capabilities: Capabilities): object;
  /** Inputs that `check` derives from the old ones: the incarnation, and texts that mean the same. */
  settle?(previous: Desired | undefined, news: Desired): Promise<Desired>;
  /** Who runs the steps that are more than statements in order, by action. */
  readonly runners?: Readonly<Record<string, Runner>>;
  /** What stands in the way of applying the declaration, each problem with what to do. */
  preflight?(session: Session, desired: Desired, previous?: Desired): Promise<string[]>;
  /** Whether the object may be described while `preflight` asks: it has no transaction open between two round trips. */
  readonly preflightKeepsNoTransaction?: true;
  /** The same for a preview, without what steps `before` it take out of the way; what others may is a warning. */
  foresee?(
    session: Session,
    desired: Desired,
    before: EarlierSteps,
    change: Foreseen<Desired, Actual>,
  ): Promise<Foresight>;
  /** The relation behind the object, which nobody but its owner may change. */
  relationOf?(actual: Actual): QualifiedName | undefined;
  /** What the data of now say to a preview of this plan, in a time that does not grow with them. */
  foreseeData?(
    session: Session,
    desired: Desired,
    change: Pick<Situation<Desired, Actual>, "previous" | "actual">,
    plan: Plan,
  ): Promise<Foresight>;
  /** What differs between what is there and its declaration, for those who judge the change, where its definition does. */
  definitionChange?(actual: Actual): Promise<DefinitionChange | undefined>;
  /** What does not stand in the way and should be known, a sentence each. */
  warnings?(session: Session, desired: Desired, previous?: Desired): Promise<string[]>;
  /** What `warnings` asks first, so that a deploy asks it together with its last description. */
  warningQuestions?(desired: Desired): Promise<readonly Question[]>;
}
