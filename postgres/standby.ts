/** A standby replays another server and takes no changes; pg_cron's launcher does not run there. */
export function standbyProblem({
  host,
  replaysFrom,
}: {
  readonly host: string;
  readonly replaysFrom: string | null;
}): string {
  return `the server at ${host} is a standby, which takes no changes and runs no jobs: ${primaryAdvice(replaysFrom)}`;
}

/** Where to connect to instead. */
export function primaryAdvice(replaysFrom: string | null): string {
  return replaysFrom === null
    ? "connect to its primary (a host's read-write address)"
    : `connect to its primary, which it reaches at ${replaysFrom}`;
}
