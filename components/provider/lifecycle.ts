import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import type { Kind } from "../kind.ts";
import { applyPlan } from "../postgres/applyPlan.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { resolveConnection } from "../postgres/connection.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import { isServerError, isUserError, problemReport, serverText, userError } from "../postgres/errors.ts";
import { differenceLines, planLines } from "../postgres/plan.ts";
import type { Plan } from "../postgres/plan.ts";
import { withSession } from "../postgres/session.ts";
import type { Session } from "../postgres/session.ts";
import { forgetSurveys, surveyor } from "./look.ts";

/** How Pulumi's process marks a value that is not known yet (`pulumi.runtime.unknownValue`). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs that every kind takes besides its own. */
interface Extra {
  adopt?: boolean;
  __provider?: string;
}

/** What the engine hands over and gets back: JSON with our declaration in it. */
type Props = Record<string, unknown>;

/**
 * The whole life of a resource, once for every kind: check, diff, create, read, update, delete, each in terms of describe,
 * plan and apply. The class behind it in Pulumi is a dynamic resource; nothing here is serialised.
 */
export function lifecycle<Desired extends object, Actual>(kind: Kind<Desired, Actual>): dynamic.ResourceProvider {
  let config: ConnectionConfig = {};

  const open = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    withSession(resolveConnection(config), "pulumi-matview", work);
  const look = surveyor(kind, open);

  const explaining = async <T>(props: Props, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const subject = (): string => `${kind.noun} ${kind.id(declaration(props) as Desired)}`;
      const shown = isServerError(error) ? userError(`${subject()}: ${serverText(error)}`, error) : error;
      // Pulumi's provider process prints the stack of what read and delete throw; the message alone says all.
      if (isUserError(shown)) shown.stack = "";
      throw shown;
    }
  };

  const writing = <T>(props: Props, work: (session: Session) => Promise<T>): Promise<T> => {
    forgetSurveys();
    return explaining(props, () => open(work));
  };

  const describeOne = async (open: Session, desired: Desired): Promise<Actual | undefined> =>
    (await kind.describe(open, [desired]))[0];

  const isAbsent = (actual: Actual | undefined): actual is undefined =>
    actual === undefined || kind.isAbsent?.(actual) === true;

  /**
   * Plans, applies, and plans again: what is not converged then is an error that names what remains. Returns what is kept
   * in the state beside the inputs.
   */
  const apply = async (
    open: Session,
    desired: Desired,
    previous: Desired | undefined,
    plan: Plan,
  ): Promise<{ recorded?: object }> => {
    await applyPlan(open, plan, kind.runners);
    const actual = await describeOne(open, desired);
    const rest = kind.plan({ desired, previous, actual, capabilities: open.capabilities });
    if (rest.steps.length > 0) {
      throw problemReport(`${kind.noun} ${kind.id(desired)} was applied and is still not as declared`, [
        ...planLines(rest),
        ...differenceLines(rest.differences),
      ]);
    }
    return isAbsent(actual) ? {} : record(desired, actual, open.capabilities);
  };

  const record = (desired: Desired, actual: Actual, capabilities: Capabilities): { recorded?: object } => {
    const recorded = kind.record?.(desired, actual, capabilities);
    return recorded === undefined ? {} : { recorded };
  };

  const refuseProblems = async (open: Session, desired: Desired): Promise<void> => {
    const problems = (await kind.preflight?.(open, desired)) ?? [];
    if (problems.length > 0) throw problemReport(`${kind.noun} ${kind.id(desired)} cannot be deployed`, problems);
  };

  return {
    // Only stores: a second call may arrive before an asynchronous configure is done.
    configure: (request): Promise<void> => {
      forgetSurveys();
      config = {
        databaseUrl: request.config.get("matview:databaseUrl"),
        cronDatabase: request.config.get("matview:cronDatabase"),
      };
      return Promise.resolve();
    },

    check: async (olds: Props, news: Props) => {
      if (JSON.stringify(news).includes(UNKNOWN)) return { inputs: news };
      const parsed = kind.schema.safeParse(declaration(news));
      if (!parsed.success) return { inputs: news, failures: checkFailures(parsed.error) };
      const previous = Object.keys(olds).length === 0 ? undefined : (declaration(olds) as Desired);
      const settled = kind.settle === undefined ? parsed.data : await kind.settle(previous, parsed.data);
      return { inputs: { ...extra(news), ...settled } };
    },

    // The engine compares old and new inputs property by property, and shows them so.
    diff: () => Promise.resolve({}),

    create: (inputs: Props) =>
      writing(inputs, async (open) => {
        const desired = declaration(inputs) as Desired;
        await refuseProblems(open, desired);
        const actual = await describeOne(open, desired);
        const plan = kind.plan({ desired, previous: undefined, actual, capabilities: open.capabilities });
        if (!isAbsent(actual) && plan.differences.length > 0 && extra(inputs).adopt !== true) {
          throw problemReport(
            `${kind.noun} ${kind.id(desired)} exists and differs from the declaration; declare what it is, or set adopt: true ` +
              "to change it",
            differenceLines(plan.differences),
          );
        }
        const kept = await apply(open, desired, undefined, plan);
        return { id: kind.id(desired), outs: { ...inputs, ...kept } };
      }),

    update: (_id: string, olds: Props, news: Props) =>
      writing(news, async (open) => {
        const desired = declaration(news) as Desired;
        const previous = declaration(olds) as Desired;
        await refuseProblems(open, desired);
        const moved = kind.id(previous) !== kind.id(desired);
        // A rename that was applied and not recorded leaves nothing under the old name.
        const old = moved ? await describeOne(open, kind.located(desired, previous)) : undefined;
        const actual = isAbsent(old) ? await describeOne(open, desired) : old;
        const plan = kind.plan({ desired, previous, actual, capabilities: open.capabilities });
        return { outs: { ...news, ...(await apply(open, desired, previous, plan)) } };
      }),

    read: (id: string, props: Props) =>
      explaining(props, async () => {
        const desired = declaration(props) as Desired;
        const { actual, capabilities } = await look(desired, props["recorded"]);
        if (isAbsent(actual)) return { id: "", props: {} };
        const inputs = { ...extra(props), ...kind.observed(desired, actual, capabilities) };
        return { id, props: { ...inputs, ...record(desired, actual, capabilities) }, inputs };
      }),

    delete: (_id: string, props: Props) =>
      writing(props, async (open) => {
        const previous = declaration(props) as Desired;
        const actual = await describeOne(open, previous);
        if (isAbsent(actual)) return;
        const capabilities = open.capabilities;
        await applyPlan(open, kind.plan({ desired: "absent", previous, actual, capabilities }), kind.runners);
        const left = await describeOne(open, previous);
        if (!isAbsent(left)) throw userError(`${kind.noun} ${kind.id(previous)} was dropped and is there again`);
      }),
  };
}

function declaration(props: Props): Props {
  const { __provider, adopt, recorded, ...rest } = props;
  void [__provider, adopt, recorded];
  return rest;
}

function extra(props: Props): Extra {
  const { __provider, adopt } = props as Extra;
  return { ...(adopt === undefined ? {} : { adopt }), ...(__provider === undefined ? {} : { __provider }) };
}

function checkFailures(error: z.ZodError): dynamic.CheckFailure[] {
  return error.issues.map((issue) => ({ property: issue.path.join("."), reason: issue.message }));
}
