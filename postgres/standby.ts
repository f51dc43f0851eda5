/** A standby replays another server and takes no changes; pg_cron's launcher does not run there. */
export function standbyProblem({
  host,
  among,
  replaysFrom,
}: {
  readonly host: string;
  /** The hosts that the connection names, where there are several. */
  readonly among?: readonly string[] | undefined;
  readonly replaysFrom: string | null;
}): string {
  return `the server at ${host} is a standby, which takes no changes and runs no jobs: ${among === undefined ? primaryAdvice(replaysFrom) : ONE_OF_SEVERAL}`;
}

/** Where to connect to instead. */
export function primaryAdvice(replaysFrom: string | null): string {
  return replaysFrom === null
    ? "connect to its primary (a host's read-write address)"
    : `connect to its primary, which it reaches at ${replaysFrom}`;
}

const ONE_OF_SEVERAL = "add target_session_attrs=primary to the URL, which names several hosts";
