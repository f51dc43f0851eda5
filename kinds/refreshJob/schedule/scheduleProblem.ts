/** A text as people quote it: control characters are shown escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/**
 * The one form of every refusal: what is wrong, what pg_cron does with it, what to write instead.
 * @param pgCron starts with a verb: "refuses it", "would run ..."
 */
export function scheduleProblem(
  text: string,
  wrong: string,
  pgCron: string,
  instead: string,
): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: `schedule ${quoted(text)}: ${wrong}; pg_cron ${pgCron}. ${instead}.` };
}

/** The cron text that runs every so many seconds, evenly, where five fields can say it. */
export function cronForSeconds(seconds: number): string | undefined {
  const minutes = seconds / 60;
  const hours = minutes / 60;
  if (!Number.isInteger(minutes) || minutes < 1) return undefined;
  if (minutes === 1) return "* * * * *";
  if (minutes < 60) return 60 % minutes === 0 ? `*/${minutes} * * * *` : undefined;
  if (hours === 1) return "0 * * * *";
  if (hours === 24) return "0 0 * * *";
  return Number.isInteger(hours) && 24 % hours === 0 ? `0 */${hours} * * *` : undefined;
}
