import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type messages from "@pulumi/pulumi/proto/engine_pb.js";
import { logToStderr } from "../lifecycle/tellReviewer.ts";
import type { PreviewLog } from "../lifecycle/tellReviewer.ts";

let engine: PreviewLog | undefined;

/** Shows messages on the rows of the engine that started this process. */
export const engineLog: PreviewLog = async (urn, severity, message) => {
  engine ??= connect(process.argv[2]);
  await engine(urn, severity, message);
};

/** Pulumi's provider process gets the engine's address as its argument; a message sent there bears the resource's name. */
function connect(address: string | undefined): PreviewLog {
  if (address === undefined || !/^[\w.-]+:\d+$/.test(address)) {
    return logToStderr;
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
