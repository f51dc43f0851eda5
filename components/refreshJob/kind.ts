import type { Kind } from "../kind.ts";
import { refreshJobSchema } from "./desired.ts";
import type { DesiredJob } from "./desired.ts";
import { describeDeclaredJobs, surveyJobs } from "./describe.ts";
import type { ActualJob } from "./describe.ts";
import { planJob } from "./plan.ts";
import { preflightJob } from "./preflight.ts";

/** Jobs of pg_cron: absent, identical, each property different, renamed, of another user. */
export const refreshJobKind: Kind<DesiredJob, ActualJob> = {
  noun: "refresh job",
  schema: refreshJobSchema,
  id: ({ name, user }) => (user === undefined ? name : `${name}@${user}`),
  located: (desired, previous) => {
    const { user, ...rest } = desired;
    void user;
    return { ...rest, name: previous.name, ...(previous.user === undefined ? {} : { user: previous.user }) };
  },
  describe: describeDeclaredJobs,
  survey: surveyJobs,
  plan: planJob,
  observed: (desired, actual, capabilities) => ({
    ...desired,
    schedule: actual.schedule,
    command: actual.command,
    active: actual.isActive,
    ...(desired.database === undefined && actual.database === capabilities.database
      ? {}
      : { database: actual.database }),
  }),
  preflight: preflightJob,
};
