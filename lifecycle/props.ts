import { readFencingToken } from "../kinds/claim.ts";
import type { Stack } from "../kinds/claim.ts";
import type { Where } from "./databases.ts";
import type { DriftAnswers } from "./driftAnswers.ts";

/** What the engine hands over and gets back: JSON with our declaration in it. */
export type Props = Record<string, unknown>;

/** Inputs that every kind takes besides its own. */
interface Extra extends Where {
  adopt?: boolean;
  onDrift?: DriftAnswers;
  /** Properties that were secrets when they were declared: what they held is one still when they go. */
  secretInputs?: readonly string[];
  __provider?: string;
}

/** What stands beside the declaration: in the inputs how it is treated and what loads us, in the outputs also what the state keeps. */
const BESIDE: readonly string[] = [
  "adopt",
  "onDrift",
  "secretInputs",
  "connection",
  "databaseUrl",
  "cronDatabase",
  "__provider",
] satisfies (keyof Extra)[];
const KEPT = ["recorded", "databaseIdentity", "fencingToken"];

export function declaration(props: object): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !BESIDE.includes(key) && !KEPT.includes(key)));
}

export function extra(props: Props): Extra {
  return Object.fromEntries(
    Object.entries(props).filter(([key, value]) => BESIDE.includes(key) && value !== undefined),
  );
}

/** The stack that a state is of, which only the state tells a read or a delete. */
export function stackOf({ fencingToken }: Props): Stack | undefined {
  return readFencingToken(fencingToken).stack;
}

export function tokenOf(props: Props): Props {
  return "fencingToken" in props ? { fencingToken: props["fencingToken"] } : {};
}
