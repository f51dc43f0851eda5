import { displayName } from "../postgres/names.ts";
import { withView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { print, printJson } from "./commandLine/text.ts";
import { switchJob } from "./pause/jobSwitch.ts";
import { driftText, jobOf } from "./pause.ts";

/** `matview resume`: the job runs again. */
export const resume = defineVerb({
  verb: "resume",
  summary: "let a paused job run again",
  words: "VIEW",
  says: `Makes the job active again and removes the job that would have done so by itself. Missed runs are not repeated: the view is
refreshed at the next run, or now by matview refresh.`,
  examples: [["resume --stack prod", "after a pause"]],
  exits: { 0: "the job is active", 1: "it could not be done", 2: "used wrongly" },
  reads: false,
  run: (call) =>
    withView(call, async (session, view) => {
      const { job } = await jobOf(session, view);
      await switchJob(session, job, true);
      if (call.json) printJson({ job: job.name, active: true });
      else print(`Job ${job.name} of ${displayName(view)} is active.\n${driftText(call, true)}`);
      return 0;
    }),
});
