import type { Difference } from "../../postgres/plan.ts";
import type { ActualJob } from "./jobState.ts";

/**
 * What of the way to the server is that of another one: a job keeps host and port from when it was made. A socket and this computer's own
 * address are somebody's choice and lead to any server that is here.
 */
export function strayed({ host, port, serverHost, serverPort, usesWorkers }: ActualJob): Difference[] {
  if (usesWorkers === true) return [];
  const isElsewhere = host !== undefined && serverHost != null && host !== serverHost && !isHere(host);
  return [
    ...(isElsewhere ? [{ property: "nodename", declared: serverHost, actual: host }] : []),
    ...(port === serverPort ? [] : [{ property: "nodeport", declared: String(serverPort), actual: String(port) }]),
  ];
}

/** The host that somebody gave a job, where one that is made now gets another. */
export function ownHost(job: ActualJob): string | undefined {
  const { host, serverHost, usesWorkers } = job;
  if (host === undefined || usesWorkers === true || host === (serverHost ?? DEFAULT_HOST)) return undefined;
  return strayed(job).some(({ property }) => property === "nodename") ? undefined : host;
}

const DEFAULT_HOST = "localhost";

function isHere(host: string): boolean {
  return host === "" || host.startsWith("/") || host.startsWith("@") || /^(localhost|::1|127\.[\d.]+)$/.test(host);
}
