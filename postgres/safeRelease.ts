/**
 * The first minor release of each major in which a concurrent refresh drops its privileges in time (CVE-2024-0985): before it, what a view's
 * definition calls may run with the rights of whoever refreshes it. Later majors have it from the start.
 */
const SAFE_MINOR: Readonly<Record<number, number>> = { 14: 11, 15: 6, 16: 2 };

/** Why a server's minor release is not safe for refreshing views, or undefined when it is. `serverVersion` is server_version_num. */
export function releaseWarning(serverVersion: number): string | undefined {
  const [major, minor] = [Math.floor(serverVersion / 10_000), serverVersion % 10_000];
  const safe = SAFE_MINOR[major];
  if (safe === undefined || minor >= safe) return undefined;
  return (
    `PostgreSQL ${major}.${minor} runs parts of a concurrent refresh with the rights of whoever refreshes (CVE-2024-0985): ` +
    `update to ${major}.${safe} or later, best to the newest ${major}`
  );
}
