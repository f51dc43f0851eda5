import grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";

/** Lines that the engine shows on the row of a resource while it works on it. */
export class EngineLog {
  private readonly client: services.EngineClient | undefined;

  constructor(engineAddress: string | undefined) {
    if (engineAddress) this.client = new services.EngineClient(engineAddress, grpc.credentials.createInsecure());
  }

  info(urn: string, message: string): void {
    const request = new messages.LogRequest()
      .setSeverity(messages.LogSeverity.INFO)
      .setUrn(urn)
      .setMessage(message)
      .setEphemeral(true);
    // A line that cannot be shown is no reason to fail a deploy.
    this.client?.log(request, () => {});
  }
}
