import type { TakenBack } from "../../kinds/claim.ts";
import type { AbsentView, ActualView } from "../../kinds/materializedView/describe.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { displayName } from "../../postgres/names.ts";
import type { DriftRow } from "./driftRow.ts";

/** What the program declares beside the view itself. */
export interface Declared {
  readonly indexes: ReadonlySet<string>;
  /** `name@user` of each job. */
  readonly jobs: ReadonlySet<string>;
}

type Extra = Pick<DriftRow, "property" | "actual" | "severity" | "upWould"> & Partial<Pick<DriftRow, "since">>;

/** What is there of a view and nobody declared. It is reported, and a deploy lets it alone. */
export function extrasOf(view: DesiredView, actual: ActualView | AbsentView, declared: Declared): Extra[] {
  const jobs = actual.jobs
    .filter(({ name, user }) => !declared.jobs.has(`${name}@${user}`))
    .map(({ name, user, schedule }): Extra => {
      const what = `${name} of ${user}, ${schedule}`;
      return {
        property: "another job that refreshes it",
        actual: what,
        severity: "drift",
        upWould: "nothing: unschedule it by hand",
      };
    });
  if (!actual.exists) return jobs;
  const idle = { severity: "extra", upWould: "nothing" } as const;
  return [
    ...jobs,
    ...actual.leftovers.map((leftover): Extra => ({
      property: "left by a change that was cut off",
      actual: displayName(leftover),
      severity: "drift",
      upWould: "remove it with the view's next change",
    })),
    ...(actual.claim?.takenBack !== undefined && actual.verdict.outcome === "different"
      ? [takenBack(actual.claim.takenBack)]
      : []),
    ...actual.indexes
      .filter(({ name }) => !declared.indexes.has(displayName({ schema: actual.schema, name })))
      .map(({ name }): Extra => ({ property: "undeclared index", actual: name, ...idle })),
    ...undeclaredGrants(view, actual).map((grant): Extra => ({ property: "undeclared grant", actual: grant, ...idle })),
    ...undeclaredParameters(view, actual).map((parameter): Extra => ({
      property: "undeclared storage parameter",
      actual: parameter,
      ...idle,
    })),
    ...(view.comment === undefined && actual.comment !== null
      ? [{ property: "undeclared comment", actual: actual.comment, ...idle }]
      : []),
  ];
}

function takenBack({ at, by }: TakenBack): Extra {
  return {
    property: "taken back",
    actual: `at ${at} by ${by}`,
    since: at,
    severity: "drift",
    upWould: "deploy the declared definition again",
  };
}

function undeclaredGrants({ grants = [] }: DesiredView, actual: ActualView): string[] {
  const known = new Set(grants.flatMap(({ role, privileges }) => privileges.map((one) => `${one} to ${role}`)));
  return actual.grants.map(({ role, privilege }) => `${privilege} to ${role}`).filter((grant) => !known.has(grant));
}

function undeclaredParameters({ storageParameters = {} }: DesiredView, actual: ActualView): string[] {
  return Object.entries(actual.storageParameters)
    .filter(([name]) => !(name in storageParameters))
    .map(([name, value]) => `${name} = ${value}`);
}
