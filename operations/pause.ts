import type { ActualJob } from "../kinds/refreshJob/describe.ts";
import { parseDuration } from "../kinds/refreshJob/schedule/duration.ts";
import { userError } from "../postgres/errors.ts";
import { displayName } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { withView } from "./commandLine/declaredViews.ts";
import type { DeclaredView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import type { Call } from "./commandLine/defineVerb.ts";
import { clock, print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { readFacts } from "./health/facts.ts";
import { resumerName, switchJob } from "./pause/jobSwitch.ts";

/** `matview pause`: no more runs, in an emergency. */
export const pause = defineVerb({
  verb: "pause",
  summary: "stop the job in an emergency, for good or for a while",
  words: "VIEW",
  says: `Makes the job inactive at once. That is drift until the stack's configuration says the same: the next deploy would resume it.
A refresh that runs now is not stopped.`,
  options: [{ name: "for", value: "AGE", summary: "resume by itself after e.g. 30m" }],
  examples: [
    ["pause public.daily_revenue", "until somebody resumes it, or deploys"],
    ["pause --stack prod --for 30m", "for half an hour"],
  ],
  exits: { 0: "the job is inactive", 1: "it could not be done", 2: "used wrongly" },
  reads: false,
  run: async (call) => {
    const age = call.value("for");
    const length = age === undefined ? undefined : parseDuration(age);
    if (length?.ok === false) throw usageError(`--for: ${length.problem}`);
    return withView(call, async (session, view) => {
      const { job, now } = await jobOf(session, view);
      const resumesAt = length === undefined ? undefined : new Date(now.getTime() + length.seconds * 1000);
      await switchJob(session, job, false, resumesAt);
      if (call.json) printJson({ job: job.name, active: false, resumesAt });
      else {
        print(`Job ${job.name} of ${displayName(view)} is inactive.`);
        if (resumesAt !== undefined)
          print(
            `It resumes by itself at ${clock(resumesAt)}: job ${resumerName(job)} looks at the clock every minute and removes itself.`,
          );
        print(driftText(call, false));
      }
      return 0;
    });
  },
});

/** The job of a view, which must be there. */
export async function jobOf(session: Session, view: DeclaredView): Promise<{ job: ActualJob; now: Date }> {
  const [facts] = await readFacts(session, [view]);
  if (facts?.job === undefined)
    throw userError(
      facts?.unseen.job === undefined
        ? `${displayName(view)} has no job; deploy the stack`
        : `the job of ${displayName(view)} is not known: ${facts.unseen.job}`,
    );
  return { job: facts.job, now: facts.now };
}

/** That the world now differs from the configuration, and the line that makes it follow. */
export function driftText(call: Call, isActive: boolean): string {
  const line = `pulumi config set matview:active ${String(isActive)} --stack ${call.value("stack") ?? "STACK"}`;
  return `Where the configuration says otherwise this is drift, and the next deploy undoes it, until: ${line}`;
}
