import * as pulumi from "@pulumi/pulumi";
import { materializedViewSchema } from "../kinds/materializedView/desired.ts";
import { refreshJobSchema } from "../kinds/refreshJob/desired.ts";
import { spotChecksSchema } from "../kinds/viewDeclaration.ts";
import { viewIndexSchema } from "../kinds/viewIndex/desired.ts";
import { secretTexts } from "../lifecycle/secretTexts.ts";
import { connectionNameProblem } from "../postgres/connection.ts";
import { isUserError, problemReport, userError } from "../postgres/errors.ts";
import { unknownName } from "../postgres/nearestName.ts";
import type { ConnectionArgs, GivenConnection } from "../provider/resourceRequest.ts";
import { checkArguments } from "./arguments.ts";
import type { Arguments } from "./arguments.ts";
import { connectionName } from "./configuredConnection.ts";
import type { IndexArgs, IndexPartsArgs } from "./indexArgs.ts";
import type { RefreshedViewArgs } from "./refreshedViewArgs.ts";

const CONNECTION: Arguments<ConnectionArgs> = {
  name: "plain",
  databaseUrl: "input",
  cronDatabase: "input",
};

const PARTS: Arguments<IndexPartsArgs> = {
  columns: "input",
  include: "input",
  method: "input",
  where: "input",
  nullsNotDistinct: "input",
  storageParameters: "input",
  tablespace: "input",
  statistics: "input",
  sql: "input",
};

const INDEX: Arguments<IndexArgs> = { ...PARTS, name: "input", unique: "input" };

const ARGUMENTS: Arguments<RefreshedViewArgs> = {
  schema: "input",
  name: "input",
  definition: "input",
  uniqueKey: "list",
  indexName: "input",
  keyIndex: PARTS,
  indexes: "list",
  owner: "input",
  comment: "input",
  grants: "input",
  storageParameters: "input",
  tablespace: "input",
  dependents: "input",
  allowColumnChanges: "input",
  rowCount: "input",
  rowSecurity: "input",
  swapDeadlineSeconds: "input",
  keepPrevious: "plain",
  change: "input",
  readReplicas: "input",
  job: { name: "input", schedule: "input", active: "input" },
  refresh: {
    maxAge: "input",
    lockTimeout: "input",
    statementTimeout: "input",
    minAge: "input",
    vacuum: "plain",
    keepRuns: "plain",
  },
  stamp: "input",
  spotChecks: "input",
  adopt: "input",
  onDrift: "input",
  connection: "plain",
};

const DRIFTING = Object.keys({ ...refreshJobSchema.shape, ...viewIndexSchema.shape, ...materializedViewSchema.shape });

/**
 * The arguments, with those checked that no resource checks: what is no argument at all, and values as soon as they are known.
 * @throws with the resource, the argument, and what is allowed.
 */
export function checkedArguments(resource: string, args: RefreshedViewArgs): RefreshedViewArgs {
  checkArguments(`RefreshedView ${resource}`, args, ARGUMENTS);
  checkConnection(`RefreshedView ${resource}`, args.connection);
  args.indexes?.forEach((index, at) => checkIndex(`RefreshedView ${resource}: indexes[${at}]`, index));
  const { onDrift, spotChecks } = args;
  return {
    ...args,
    ...(onDrift === undefined ? {} : { onDrift: pulumi.output(onDrift).apply(checkDrift) }),
    ...(spotChecks === undefined ? {} : { spotChecks: pulumi.output(spotChecks).apply(checkSpots) }),
  };

  function checkDrift<T extends object>(answers: T): T {
    const unknown = Object.keys(answers).filter((property) => !DRIFTING.includes(property));
    return must(
      answers,
      unknown.map((property) => unknownName("property of view, index or job", property, DRIFTING, "onDrift.")),
    );
  }

  function checkSpots<T extends object>(checks: T): T {
    const { error } = spotChecksSchema.safeParse(checks);
    return must(checks, error?.issues.map(({ path, message }) => `spotChecks.${path.join(".")}: ${message}`) ?? []);
  }

  function must<T>(value: T, problems: readonly string[]): T {
    if (problems.length > 0) throw problemReport(`RefreshedView ${resource}`, problems);
    return value;
  }
}

/** @throws for what is no name of a connection, and for properties that there are none of. */
function checkConnection(subject: string, given: GivenConnection | undefined): void {
  const problem = connectionName(given) === undefined ? undefined : connectionNameProblem(connectionName(given));
  if (problem !== undefined) throw userError(`${subject}: connection: ${problem}`);
  if (typeof given === "object") checkArguments(subject, { connection: given }, { connection: CONNECTION });
}

function checkIndex(subject: string, index: unknown): void {
  if (typeof index !== "object" || index === null || pulumi.Output.isInstance(index))
    throw userError(`${subject} must be a plain object with ${Object.keys(INDEX).join(", ")}`);
  checkArguments<IndexArgs>(subject, index, INDEX);
}

/** Runs a check of arguments; what it refuses names the resource. */
export function saying<T>(resource: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isUserError(error) ? userError(`RefreshedView ${resource}: ${error.message}`, error) : error;
  }
}

/** The same for values that are known later; what they are is not quoted where one of them is a secret. */
export function sayingOf<Known, T>(
  resource: string,
  values: pulumi.Output<Known>,
  work: (known: Known) => T,
): pulumi.Output<T> {
  return values.apply(async (known) => {
    try {
      return saying(resource, () => work(known));
    } catch (error) {
      if (!isUserError(error) || !(await pulumi.isSecret(values))) throw error;
      const secrets = secretTexts();
      secrets.note({ known }, ["known"]);
      throw userError(secrets.hide(error.message));
    }
  }) as pulumi.Output<T>;
}
