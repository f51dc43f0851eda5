import type { Kind, Survey } from "../kinds/kind.ts";
import type { Question } from "../postgres/asked.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import type { Session } from "../postgres/session.ts";
import type { Asks } from "../postgres/sessionPool.ts";
import type { Sight } from "./change.ts";

/** Looks at objects for those who change nothing afterwards: reads for drift, and previews. */
export type Look<Desired, Actual> = (desired: Desired, recorded: unknown) => Promise<Sight<Actual>>;

/** The same in one of several databases. */
export type LookIn<Desired, Actual> = (place: Place, desired: Desired, recorded: unknown) => Promise<Sight<Actual>>;

/** One of the databases that this process speaks with. */
export interface Place {
  /** Tells it from the others. */
  readonly key: string;
  readonly open: Open;
}

/** Runs work with a session of the one object that it is about, or of several. */
export type Open = <T>(work: (session: Session) => Promise<T>, asks?: Asks) => Promise<T>;

/** The surveys of all kinds as one session read them; a kind is missing where it could not be surveyed. */
interface Surveys {
  readonly byKind: ReadonlyMap<object, Survey<unknown, unknown>>;
  readonly capabilities: Capabilities;
}

interface Asked<Desired, Actual> {
  readonly desired: Desired;
  readonly answer: (sight: Promise<Sight<Actual>>) => void;
}

const kinds = new Set<Kind<never, never>>();
/** By place. */
const surveys = new Map<string, Promise<Surveys | undefined>>();
let sight = {};

/** To be called before the first write, and when an engine run begins: what was seen till then may no longer be so. */
export function forgetSurveys(): void {
  surveys.clear();
  sight = {};
}

/** What all looks have in common until the surveys are forgotten: what one of them asked need not be asked by another. */
export function sightOfNow(): object {
  return sight;
}

// What the surveys ask first of a server of which nothing is known; of no other kind's, which somebody's lock may keep waiting.
function surveyed(): Question[] {
  const files = [...kinds].map(({ surveyed }) => surveyed).filter((file) => file !== undefined);
  return files.map((file) => ({ on: "target", file, values: [null, null] }));
}

// What keeps a survey from being read is told by the question about the object itself.
async function surveyAll(session: Session): Promise<Surveys> {
  const byKind = new Map<object, Survey<unknown, unknown>>();
  await Promise.all(
    [...kinds].map(async (kind) => {
      const survey = await kind.survey?.(session).catch(() => undefined);
      if (survey !== undefined) byKind.set(kind, survey as Survey<unknown, unknown>);
    }),
  );
  return { byKind, capabilities: session.capabilities };
}

/**
 * One survey of all kinds for the whole engine run and each database, read at the first look. What it cannot answer is asked of the server, all
 * questions together that came in while the ones before were answered.
 */
export function surveyor<Desired extends object, Actual>(kind: Kind<Desired, Actual>): LookIn<Desired, Actual> {
  kinds.add(kind as unknown as Kind<never, never>);
  const questions = new Map<string, (open: Open, desired: Desired) => Promise<Sight<Actual>>>();
  return async ({ key, open }, desired, recorded) => {
    const surveying = surveys.get(key) ?? open(surveyAll, surveyed).catch(() => undefined);
    surveys.set(key, surveying);
    const known = await surveying;
    const survey = known?.byKind.get(kind) as Survey<Desired, Actual> | undefined;
    const found = survey?.find(desired, recorded);
    if (known !== undefined && found !== undefined) return { actual: found.actual, capabilities: known.capabilities };
    const question = questions.get(key) ?? questioner(kind);
    questions.set(key, question);
    return question(open, desired);
  };
}

function questioner<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
): (open: Open, desired: Desired) => Promise<Sight<Actual>> {
  let waiting: Asked<Desired, Actual>[] = [];
  let asking = false;

  const askAll = async (open: Open): Promise<void> => {
    while (waiting.length > 0) {
      const questions = waiting;
      waiting = [];
      try {
        const sights = await ask(kind, open, questions);
        for (const [index, { answer }] of questions.entries()) answer(Promise.resolve(sights[index] as Sight<Actual>));
      } catch (error) {
        // One object that cannot be described must not speak for the others.
        const alone = questions.length === 1;
        for (const question of questions) {
          const sight = alone
            ? Promise.reject(error as Error)
            : ask(kind, open, [question]).then(([one]) => one as Sight<Actual>);
          question.answer(sight);
          await sight.catch(() => undefined);
        }
      }
    }
    asking = false;
  };

  return (open, desired) =>
    new Promise((resolve) => {
      waiting.push({ desired, answer: resolve });
      if (asking) return;
      asking = true;
      void askAll(open);
    });
}

function ask<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  open: Open,
  questions: readonly Asked<Desired, Actual>[],
): Promise<Sight<Actual>[]> {
  const desired = questions.map((question) => question.desired);
  return open(
    async (session) => {
      const actuals = await kind.describe(session, desired);
      return actuals.map((actual) => ({ actual, capabilities: session.capabilities }));
    },
    (known) => kind.asks?.(desired, known) ?? [],
  );
}
