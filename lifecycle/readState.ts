import { readFencingToken } from "../kinds/claim.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { doubtOf, isAbsent, ownOf, recalled } from "./change.ts";
import { identityRecord } from "./databaseIdentity.ts";
import { record } from "./deploy.ts";
import { withoutAnswered } from "./driftAnswers.ts";
import type { Look } from "./look.ts";
import { lostNote, tenureLater } from "./ownership.ts";
import { declaration, extra, tokenOf } from "./props.ts";
import type { Props } from "./props.ts";

/** What a state refresh answers: the object as it is found, or nothing where it is gone. */
export interface StateRead {
  readonly id: string;
  readonly props: Props;
  readonly inputs?: Props;
}

interface Reader<Desired, Actual> {
  readonly look: Look<Desired, Actual>;
  /** @throws for a copy of the database that the state speaks of. */
  readonly refuseCopy: (capabilities: Capabilities) => void;
  readonly say: (text: string) => void;
  readonly subject: string;
}

/** Reads an object for the state. @throws where it is not found and need not be gone. */
export async function readState<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  { id, props }: StateRead,
  { look, refuseCopy, say, subject }: Reader<Desired, Actual>,
): Promise<StateRead> {
  const desired = declaration(props) as Desired;
  const deployed = recalled(kind, desired, props["recorded"]);
  const deployer = readFencingToken(props["fencingToken"]);
  const { capabilities, ...seen } = await look(deployed, props["recorded"]);
  const actual = ownOf(kind, seen.actual, deployer.token);
  refuseCopy(capabilities);
  const doubt = doubtOf(kind, deployed, { actual, capabilities });
  if (doubt !== undefined) throw doubt;
  if (isAbsent(kind, actual)) return { id: "", props: {} };
  const tenure = tenureLater(kind.ownership?.claimOf(actual), deployer);
  if (tenure.is === "lost") say(lostNote(subject, tenure.holder));
  const observed = kind.observed(desired, actual, capabilities);
  const inputs = { ...extra(props), ...withoutAnswered(extra(props).onDrift ?? {}, desired, observed) };
  const kept = { ...tokenOf(props), ...record(kind, desired, actual, capabilities), ...identityRecord(capabilities) };
  return { id, props: { ...inputs, ...kept }, inputs };
}
