import { environment } from "../postgres/environment.ts";
import { serverText } from "../postgres/errors.ts";
import { isStopping } from "../postgres/stopping.ts";
import { previewLines } from "./preview/lines.ts";
import type { ResourcePreview } from "./preview/previewChange.ts";
import { isToldUnreachable } from "./unreachable.ts";

/** `off` leaves the work and the messages out, for those who make the plans themselves (`matview plan`). */
const SWITCH = "MATVIEW_PREVIEW";

/** Shows a message on a resource's row. */
export type PreviewLog = (urn: string, severity: "info" | "warning", message: string) => Promise<void>;

/** Where there is no engine to show it. */
export const logToStderr: PreviewLog = (_urn, _severity, message) =>
  Promise.resolve(void process.stderr.write(`${message}\n`));

const told = new Set<string>();

/** Shows on the resource's row what a deploy would do. What keeps it from being known is one line, and the preview goes on. */
export async function tellReviewer(
  log: PreviewLog,
  urn: string,
  preview: () => Promise<ResourcePreview>,
): Promise<void> {
  if (environment[SWITCH] === "off") return;
  try {
    const { severity, lines } = previewLines(await preview());
    if (lines.length > 0) await log(urn, severity, lines.join("\n"));
  } catch (error) {
    // What the server says then is of our own making.
    if (isStopping() || isToldUnreachable(error)) return;
    const reason = serverText(error).split("\n")[0] ?? "";
    if (told.has(reason)) return;
    told.add(reason);
    await log(urn, "warning", `what a deploy would run is not known: ${reason}`);
  }
}

/** Says on the row of a resource why nothing more can be said before the deploy. */
export async function tellPlannedLater(log: PreviewLog, urn: string, unknown: readonly string[]): Promise<void> {
  if (environment[SWITCH] === "off") return;
  await log(
    urn,
    "info",
    `planned at deploy: ${unknown.join(", ")} ${unknown.length === 1 ? "is" : "are"} not known before`,
  );
}
