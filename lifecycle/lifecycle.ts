import { entryOf, fencingToken, readFencingToken } from "../kinds/claim.ts";
import { asLeft, noteOthers, noteSteps } from "../kinds/earlierSteps.ts";
import type { NotedSteps } from "../kinds/earlierSteps.ts";
import type { Kind } from "../kinds/kind.ts";
import { applyPlan } from "../postgres/applyPlan.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { resolveConnection } from "../postgres/connection.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import { sessionPool } from "../postgres/sessionPool.ts";
import { isAbsent, planChange, recalled } from "./change.ts";
import type { Sight } from "./change.ts";
import { checkInputs } from "./checkInputs.ts";
import { identityRecord, refuseOtherDatabase } from "./databaseIdentity.ts";
import { connectionConfig, placeOf, titleIn, whereFailures, whereOf } from "./databases.ts";
import type { Where } from "./databases.ts";
import { deploy, describeOne, permitted, remove } from "./deploy.ts";
import { forgetSurveys, sightOfNow, surveyor } from "./look.ts";
import type { Open, Place } from "./look.ts";
import { doubleRefusal, leftNote, lostNote, replacedNote } from "./ownership.ts";
import type { Deployer } from "./ownership.ts";
import { saidNow, mustBeApproved } from "./planFile.ts";
import { previewChange, sameProps } from "./preview/previewChange.ts";
import { declaration, extra, stackOf, tokenOf } from "./props.ts";
import type { Props } from "./props.ts";
import { readState } from "./readState.ts";
import type { StateRead } from "./readState.ts";
import { openWithReplicas, replicaFailures } from "./replicaArgument.ts";
import type { ResourceProvider } from "./resourceProvider.ts";
import { KEEPS, REQUEST } from "./resourceRequest.ts";
import type { Keeps, ResourceRequest } from "./resourceRequest.ts";
import { runConfig } from "./runConfig.ts";
import type { AskConfig } from "./runConfig.ts";
import { runRegistry } from "./runRegistry.ts";
import { secretTexts } from "./secretTexts.ts";
import { speaker } from "./speaker.ts";
import { logToStderr, tellPlannedLater, tellReviewer } from "./tellReviewer.ts";
import type { PreviewLog } from "./tellReviewer.ts";
import { isUnknown } from "./unknowns.ts";
import { forgetUnreachable, isLeftOut, isToldUnreachable } from "./unreachable.ts";

/** Inputs as the program sends them. */
type Asked = Props & { [REQUEST]?: ResourceRequest; [KEEPS]?: Keeps };

/** All kinds take turns on the same connections. */
const inSession = sessionPool("pulumi-matview");

/** Of this preview, for each database: a view is announced before the job that refreshes it. */
const notedSteps = new Map<string, NotedSteps>();

/**
 * The whole life of a resource, once for every kind: check, diff, create, read, update, delete, each in terms of describe,
 * plan and apply. The class behind it in Pulumi is a dynamic resource; nothing here is serialised.
 */
export function lifecycle<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  engineLog: PreviewLog = logToStderr,
  askConfig: AskConfig = () => Promise.resolve(undefined),
): ResourceProvider {
  const config = runConfig(askConfig, forgetSurveys);
  let isConfigured = false;
  const registry = runRegistry();
  const secrets = secretTexts();
  const { log, say, failing } = speaker(engineLog, secrets);

  const connectionOf = (where: Where): ReturnType<typeof resolveConnection> =>
    resolveConnection(connectionConfig(where, config.now()));
  const openIn =
    (where: Where): Open =>
    (work, asks) =>
      inSession(connectionOf(where), work, asks);
  /** For those who change nothing. */
  const placeToLook = (where: Where): Place => ({
    key: placeOf(where),
    open: (work, asks) => inSession(connectionOf(where), work, asks, sightOfNow()),
  });
  const look = surveyor(kind);

  /** What this process calls the object that a resource means. */
  const keyOf = (where: Where, desired: Desired): string => placeOf(where) + kind.id(desired);

  const withReplicas = (way: Open, props: Props): Open => {
    const where = whereOf(props);
    const request = registry.find(keyOf(where, declaration(props) as Desired));
    return openWithReplicas(way, { request, config: config.now().readReplicas, name: where.connection });
  };

  const subjectOf = (props: Props): string =>
    titleIn(whereOf(props), `${kind.noun} ${kind.id(declaration(props) as Desired)}`);

  /** `unseen` is the answer where the run fails already because there is no database to ask. */
  const explaining = async <T>(props: Props, work: () => Promise<T>, unseen?: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const isTold = isToldUnreachable(error);
      if (unseen === undefined || !(isTold || isLeftOut(error))) {
        if (!isTold) throw failing(() => subjectOf(props), error);
        throw userError(`${subjectOf(props)}: the database cannot be reached, as told above; nothing was done`);
      }
      if (!isTold) say(`${subjectOf(props)}: ${(error as Error).message}; what is there is left out`);
      return unseen;
    }
  };

  const writing = <T>(
    props: Props,
    desired: Desired | "absent",
    work: (session: Session) => Promise<T>,
  ): Promise<T> => {
    forgetSurveys();
    return explaining(props, async () => {
      const where = whereOf(props);
      const approved = { kind, desired, id: kind.id(declaration(props) as Desired), where };
      await mustBeApproved(approved, openIn);
      return withReplicas(openIn(where), props)(
        work,
        (known) => kind.asks?.([declaration(props) as Desired], known) ?? [],
      );
    });
  };

  /** What the engine may ask of a resource when the program does not run. */
  const withoutProgram = <T>(props: Props, work: () => Promise<T>, unseen?: T): Promise<T> =>
    explaining(props, () => config.within(stackOf(props), whereOf(props).connection, work), unseen);

  const deleting = (props: Props, work: (session: Session) => Promise<void>): Promise<void> =>
    config.within(stackOf(props), whereOf(props).connection, () => writing(props, "absent", work));

  const secretsOf = (where: Where, desired: Desired): readonly string[] | undefined =>
    registry.find(keyOf(where, desired))?.secrets;

  /** What is found in the place of a secret was one. */
  const noted = (where: Where, desired: Desired, sight: Sight<Actual>): Sight<Actual> => {
    const known = secretsOf(where, desired);
    if (known !== undefined && !isAbsent(kind, sight.actual) && sight.actual !== undefined)
      secrets.note(kind.observed(desired, sight.actual, sight.capabilities), known);
    return sight;
  };

  const seeIn =
    (open: Session, where: Where) =>
    async (desired: Desired): Promise<Sight<Actual>> =>
      noted(where, desired, { actual: await describeOne(kind, open, desired), capabilities: open.capabilities });

  /** What the engine will do about the resource, told in a preview; never a reason for it to fail. */
  const announce = async (
    { urn, others = [] }: ResourceRequest,
    previous: Props | undefined,
    news: Props,
  ): Promise<void> => {
    const desired = declaration(news) as Desired;
    const where = whereOf(news);
    const place = placeToLook(where);
    const steps = notedSteps.get(place.key) ?? new Set();
    notedSteps.set(place.key, steps);
    const transition = {
      desired,
      previous: previous === undefined ? undefined : (declaration(previous) as Desired),
      recorded: previous?.["recorded"],
      adopt: extra(news).adopt === true,
      onDrift: extra(news).onDrift,
      secrets: secretsOf(where, desired),
      deployer: deployerOf(where, desired, previous),
    };
    const isSame =
      previous !== undefined &&
      placeOf(whereOf(previous)) === place.key &&
      sameProps(declaration(previous), declaration(news));
    const see = async (wanted: Desired): Promise<Sight<Actual>> => {
      const { actual, capabilities } = noted(where, wanted, await look(place, wanted, previous?.["recorded"]));
      if (previous !== undefined) refuseCopy(previous, where, capabilities);
      return { actual: asLeft(actual, steps, wanted), capabilities };
    };
    await tellReviewer(log, urn, async () => {
      noteOthers(steps, others);
      const reader = { see, open: withReplicas(place.open, news), before: steps };
      const preview = await previewChange(kind, reader, { ...transition, once: saidNow() }, isSame);
      noteSteps(steps, preview, desired, transition.previous);
      return preview;
    });
  };

  /** What is known of who deploys: the program's word for it, and what the last write left in the state. */
  const deployerOf = (where: Where, desired: Desired, state: Props | undefined): Deployer => {
    const id = keyOf(where, desired);
    const urn = registry.find(id)?.urn;
    return {
      urn,
      entry: urn === undefined ? undefined : entryOf(urn),
      ...readFencingToken(state?.["fencingToken"]),
      declaredBy: (other) => registry.urnOf(other, id),
      heir: (holder) => registry.otherThan(holder, id),
    };
  };

  /** What nobody manages by a token says the stack all the same. */
  const stackToken = (where: Where, desired: Desired): Props => {
    const urn = kind.ownership === undefined ? registry.find(keyOf(where, desired))?.urn : undefined;
    return urn === undefined ? {} : { fencingToken: fencingToken({ token: "-", ...entryOf(urn) }) };
  };

  /** A copy of the database that the state speaks of is left alone. */
  const refuseCopy = (state: Props, where: Where, capabilities: Capabilities): void => {
    const { adoptDatabase } = config.now();
    const { source } = connectionOf(where);
    refuseOtherDatabase(subjectOf(state), state, capabilities, { source, adoptDatabase });
  };

  /** Told once for each engine run, after the change, when it is the world as it is now that they speak of. */
  const warn = async (open: Session, desired: Desired): Promise<void> => {
    for (const warning of (await kind.warnings?.(open, desired)) ?? []) {
      say(`${kind.noun} ${kind.id(desired)}: ${warning}`);
    }
  };

  return {
    // Only stores: a second call may arrive before an asynchronous configure is done.
    configure: (request): Promise<void> => {
      // Each kind is configured at its first use, in the middle of a run; one that was already is in a new run.
      if (isConfigured) {
        forgetSurveys();
        notedSteps.clear();
        forgetUnreachable();
      }
      registry.forget();
      secrets.forget();
      isConfigured = true;
      config.take((key) => request.config.get(key));
      return Promise.resolve();
    },

    check: async (olds: Props, asked: Props) => {
      config.isOfProgram();
      const { [REQUEST]: request, [KEEPS]: keeps, ...declared } = asked as Asked;
      const secretInputs = request?.secrets ?? [];
      const news = secretInputs.length === 0 ? declared : { ...declared, secretInputs };
      const hidden = [...secretInputs, ...(extra(olds).secretInputs ?? [])];
      const checked = await checkInputs(kind, olds, news, keeps);
      const { inputs, desired, unknown, isNew } = checked;
      for (const props of [olds, inputs]) secrets.note(props, hidden);
      secrets.note({ ...request }, ["readReplicas"]);
      const where = whereOf(inputs);
      const failures = [...checked.failures, ...whereFailures(where), ...replicaFailures(request)];
      if (failures.length > 0) {
        return { inputs, failures: failures.map((one) => ({ ...one, reason: secrets.hide(one.reason) })) };
      }
      const id = kind.id(desired);
      const twin =
        request === undefined || isUnknown(id)
          ? undefined
          : registry.note(keyOf(where, desired), { ...request, secrets: hidden });
      if (request !== undefined && twin !== undefined && kind.ownership !== undefined) {
        const reason = doubleRefusal(`${kind.noun} ${id}`, twin, request.urn);
        return { inputs: news, failures: [{ property: "name", reason }] };
      }
      if (request?.isPreview === true) {
        if (unknown.length > 0) await tellPlannedLater(log, request.urn, unknown);
        else if (isNew) await announce(request, undefined, inputs);
      }
      return { inputs };
    },

    // The engine compares old and new inputs property by property, and shows them so.
    diff: async (_id: string, olds: Props, news: Props) => {
      const request = isUnknown(news) ? undefined : registry.find(keyOf(whereOf(news), declaration(news) as Desired));
      if (request?.isPreview === true) await announce(request, olds, news);
      return {};
    },

    create: (inputs: Props) =>
      writing(inputs, declaration(inputs) as Desired, async (open) => {
        const desired = declaration(inputs) as Desired;
        const where = whereOf(inputs);
        const change = await permitted(kind, open, { desired }, () =>
          planChange(kind, seeIn(open, where), {
            desired,
            previous: undefined,
            adopt: extra(inputs).adopt === true,
            once: saidNow(),
            secrets: secretsOf(where, desired),
            deployer: deployerOf(where, desired, undefined),
            claims: true,
          }),
        );
        const kept = await deploy(kind, open, { desired, previous: undefined, change });
        await warn(open, desired);
        const outs = { ...inputs, ...stackToken(where, desired), ...kept, ...identityRecord(open.capabilities) };
        return { id: kind.id(desired), outs };
      }),

    update: (_id: string, olds: Props, news: Props) =>
      writing(news, declaration(news) as Desired, async (open) => {
        const { recorded } = olds;
        const desired = recalled(kind, declaration(news) as Desired, recorded);
        const previous = recalled(kind, declaration(olds) as Desired, recorded);
        const where = whereOf(news);
        refuseCopy(olds, where, open.capabilities);
        const { onDrift } = extra(news);
        // By what the program says: the recalled declaration may have another id.
        const deployer = deployerOf(where, declaration(news) as Desired, olds);
        const adopt = extra(news).adopt === true;
        const transition = { desired, previous, adopt, onDrift, once: saidNow(), deployer, claims: true };
        const change = await permitted(kind, open, transition, () => planChange(kind, seeIn(open, where), transition));
        const { wanted } = change;
        const kept = {
          ...stackToken(where, declaration(news) as Desired),
          ...tokenOf(olds),
          ...(await deploy(kind, open, { desired: wanted === "absent" ? desired : wanted, previous, change })),
        };
        await warn(open, desired);
        return { outs: { ...news, ...kept, ...identityRecord(open.capabilities) } };
      }),

    read: (id: string, props: Props) => {
      const where = whereOf(props);
      const reader = {
        look: (desired: Desired, recorded: unknown) => look(placeToLook(where), desired, recorded),
        refuseCopy: (found: Capabilities) => refuseCopy(props, where, found),
        say,
        subject: subjectOf(props),
      };
      return withoutProgram<StateRead>(props, () => readState(kind, { id, props }, reader), { id, props });
    },

    delete: (_id: string, props: Props) =>
      deleting(props, async (open) => {
        const previous = recalled(kind, declaration(props) as Desired, props["recorded"]);
        const where = whereOf(props);
        refuseCopy(props, where, open.capabilities);
        const deployer = deployerOf(where, previous, props);
        const transition = { desired: "absent", previous, adopt: true, deployer } as const;
        const { plan, tenure, actual, refusal } = await planChange(kind, seeIn(open, where), transition);
        if (tenure.is === "lost") return say(lostNote(subjectOf(props), tenure.holder));
        if (tenure.is === "replaced") return say(replacedNote(subjectOf(props)));
        if (tenure.is === "left") {
          await applyPlan(open, plan, kind.runners);
          return say(leftNote(subjectOf(props), tenure.heir));
        }
        if (refusal !== undefined) throw refusal;
        if (plan.steps.length === 0) return;
        const problems = actual === undefined ? [] : ((await kind.dropProblems?.(open, actual)) ?? []);
        if (problems.length > 0)
          throw problemReport(`${subjectOf(props)} cannot be dropped, and nothing was`, problems);
        await remove(kind, open, { previous, plan, subject: subjectOf(props) });
      }),
  };
}
