import { longestGapSeconds, runRate } from "../kinds/refreshJob/schedule/runRate.ts";
import { readSchedule } from "../kinds/refreshJob/schedule.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { table } from "./commandLine/table.ts";
import { duration, percent, print, printJson } from "./commandLine/text.ts";
import { labelled, namedView } from "./commandLine/viewNames.ts";
import type { NamedView } from "./commandLine/viewNames.ts";
import { readFacts } from "./health/facts.ts";
import type { Facts } from "./health/facts.ts";
import { durationsOf } from "./health/historySummary.ts";
import type { Durations } from "./health/historySummary.ts";

const EVERY_MINUTES = [1, 2, 3, 5, 10, 15];
/** A job that is busy for longer than this share of the time has no room for a slow run. */
const BUSY_SHARE = 0.5;

/** `matview frequency`: what another schedule would cost and give. */
export const frequency = defineVerb({
  verb: "frequency",
  summary: "show what refreshing more or less often costs and gives",
  words: "[VIEW]",
  says: `For every 1, 2, 3, 5, 10 and 15 minutes, from the durations of the last day's runs: runs a day, busy seconds a day, duty (the share of
time that a refresh is going on) and the worst age that a reader meets (the interval, the longest run and a second until it starts).`,
  examples: [["frequency --stack prod", "the choices, and the line that sets one"]],
  exits: { 0: "shown", 1: "it could not be read", 2: "used wrongly" },
  reads: true,
  run: async (call) => {
    const found = await withViews(call, (session, views) => readFacts(session, views));
    const told = found.map(tradeOff);
    if (call.json) printJson(told);
    else for (const one of told) printTradeOff(labelled(one), call.value("stack") ?? "STACK");
    return 0;
  },
});

/** What one interval costs and gives. */
export interface Choice {
  readonly everyMinutes: number;
  readonly runsPerDay: number;
  readonly busySecondsPerDay: number | undefined;
  readonly duty: number | undefined;
  readonly worstAgeSeconds: number | undefined;
  readonly remark: string;
}

interface TradeOff extends NamedView {
  readonly schedule: string | undefined;
  readonly runsPerDay: number | undefined;
  /** Why job or runs are not known to this role. */
  readonly unseen: string | undefined;
  readonly measured: Durations | undefined;
  readonly choices: readonly Choice[];
}

function tradeOff({ declared, job, runs, unseen }: Facts): TradeOff {
  const schedule = readSchedule(job?.schedule);
  const measured = durationsOf(runs);
  const current = schedule === undefined ? undefined : longestGapSeconds(schedule);
  return {
    ...namedView(declared),
    schedule: job?.schedule,
    runsPerDay: schedule === undefined ? undefined : runRate(schedule).perDay,
    unseen: unseen.job ?? unseen.runs,
    measured,
    choices: EVERY_MINUTES.map((minutes) => choiceOf(minutes, measured, current, declared.maxAgeSeconds)),
  };
}

/** One row of the table; `currentSeconds` is the interval now, `maxAgeSeconds` the declared limit. */
export function choiceOf(
  everyMinutes: number,
  measured: Durations | undefined,
  currentSeconds?: number,
  maxAgeSeconds?: number,
): Choice {
  const interval = everyMinutes * 60;
  const runsPerDay = 86_400 / interval;
  const worstAgeSeconds = measured === undefined ? undefined : interval + measured.longestSeconds + 1;
  const duty = measured === undefined ? undefined : measured.meanSeconds / interval;
  const remarks = [
    currentSeconds === interval && "now",
    measured !== undefined && measured.longestSeconds > interval && "the longest run outlasts it: runs queue up",
    duty !== undefined && duty > BUSY_SHARE && "busy for more than half of the time",
    maxAgeSeconds !== undefined && (worstAgeSeconds ?? interval) > maxAgeSeconds && "older than maxAge",
  ];
  return {
    everyMinutes,
    runsPerDay,
    busySecondsPerDay: measured === undefined ? undefined : runsPerDay * measured.meanSeconds,
    duty,
    worstAgeSeconds,
    remark: remarks.filter((remark) => remark !== false).join(", "),
  };
}

function printTradeOff({ view, schedule, unseen, measured, choices }: TradeOff, stack: string): void {
  print(
    `${view}, ${schedule === undefined ? (unseen === undefined ? "no job" : "job unknown") : `schedule ${schedule}`}`,
  );
  print(
    measured === undefined
      ? (unseen ?? "No run that succeeded is recorded in the last day, so nothing is known of durations.")
      : `Runs of the last day: mean ${duration(measured.meanSeconds)}, p95 ${duration(measured.p95Seconds)}, longest ${duration(measured.longestSeconds)}.`,
  );
  print(
    table(
      ["every", "runs a day", "busy a day", "duty", "worst age", ""],
      choices.map((choice) => [
        `${choice.everyMinutes} min`,
        String(choice.runsPerDay),
        choice.busySecondsPerDay === undefined ? "unknown" : `${choice.busySecondsPerDay.toFixed(1)} s`,
        choice.duty === undefined ? "unknown" : percent(choice.duty),
        choice.worstAgeSeconds === undefined ? "unknown" : duration(choice.worstAgeSeconds),
        choice.remark,
      ]),
    ),
  );
  print(`To choose: pulumi config set matview:schedule "*/3 * * * *" --stack ${stack}, then deploy.`);
}
