import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type messages from "@pulumi/pulumi/proto/engine_pb.js";
import { serverText } from "../postgres/errors.ts";
import { previewLines } from "../preview/lines.ts";
import type { ResourcePreview } from "../previewPlan.ts";

/** `off` leaves the work and the messages out, for those who make the plans themselves (`matview plan`). */
const SWITCH = "MATVIEW_PREVIEW";

const told = new Set<string>();

/** Shows on the resource's row what a deploy would do. What keeps it from being known is one line, and the preview goes on. */
export async function tellReviewer(urn: string, preview: () => Promise<ResourcePreview>): Promise<void> {
  if (process.env[SWITCH] === "off") return;
  try {
    const { severity, lines } = previewLines(await preview());
    if (lines.length > 0) await log(urn, severity, lines.join("\n"));
  } catch (error) {
    const reason = serverText(error).split("\n")[0] ?? "";
    // A database that cannot be reached is told once, not for each resource.
    if (told.has(reason)) return;
    told.add(reason);
    await log(urn, "warning", `what a deploy would run is not known: ${reason}`);
  }
}

type Severity = "info" | "warning";

let engine: ((urn: string, severity: Severity, message: string) => Promise<void>) | undefined;

async function log(urn: string, severity: Severity, message: string): Promise<void> {
  engine ??= engineLog(process.argv[2]);
  await engine(urn, severity, message);
}

/** Pulumi's provider process gets the engine's address as its argument; a message sent there bears the resource's name. */
function engineLog(address: string | undefined): (urn: string, severity: Severity, message: string) => Promise<void> {
  if (address === undefined || !/^[\w.-]+:\d+$/.test(address)) {
    return (_urn, _severity, message) => Promise.resolve(void process.stderr.write(`${message}\n`));
  }
  const require = createRequire(import.meta.url);
  const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb") as typeof services;
  const { LogRequest, LogSeverity } = require("@pulumi/pulumi/proto/engine_pb") as typeof messages;
  // The one that Pulumi's own package uses, wherever the package manager put it.
  const { credentials } = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as typeof grpc;
  const client = new EngineClient(address, credentials.createInsecure());
  return (urn, severity, message) =>
    new Promise((resolve) => {
      const request = new LogRequest();
      request.setUrn(urn);
      request.setSeverity(severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
      request.setMessage(message);
      // A message that is lost must not fail the preview.
      client.log(request, () => resolve());
    });
}
