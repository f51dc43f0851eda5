import type { DriftAnswers } from "./driftAnswers.ts";

/** What the engine hands over and gets back: JSON with our declaration in it. */
export type Props = Record<string, unknown>;

/** Inputs that every kind takes besides its own. */
interface Extra {
  adopt?: boolean;
  onDrift?: DriftAnswers;
  /** Properties that were secrets when they were declared: what they held is one still when they go. */
  secretInputs?: readonly string[];
  __provider?: string;
}

/** What stands beside the declaration in inputs and outputs: what loads us, how it is treated, and what the state keeps. */
const BESIDE = new Set([
  "__provider",
  "adopt",
  "onDrift",
  "secretInputs",
  "recorded",
  "databaseIdentity",
  "fencingToken",
]);

export function declaration(props: object): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !BESIDE.has(key)));
}

export function extra(props: Props): Extra {
  const { __provider, adopt, onDrift, secretInputs } = props as Extra;
  return {
    ...(adopt === undefined ? {} : { adopt }),
    ...(onDrift === undefined ? {} : { onDrift }),
    ...(secretInputs === undefined ? {} : { secretInputs }),
    ...(__provider === undefined ? {} : { __provider }),
  };
}

export function tokenOf(props: Props): Props {
  return "fencingToken" in props ? { fencingToken: props["fencingToken"] } : {};
}
