import grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { diffResponse, type PropertyChange } from "./diffResponse.ts";
import { EngineLog } from "./engineLog.ts";
import { fromStruct, open, type Properties, toStruct } from "./values.ts";

/** What the engine says with a request, whatever the request is. */
export interface Context {
  readonly urn: string;
  /** The name in the program: the last part of the URN. */
  readonly name: string;
  readonly preview: boolean;
  /** A line on the resource's row. */
  log(line: string): void;
}

/** A resource as a plugin sees it. Properties may hold secrets and, in a preview, unknowns. */
export interface ResourceDouble {
  check(news: Properties, olds: Properties, context: Context): { inputs: Properties; failures?: Failure[] };
  diff(state: Properties, oldInputs: Properties, news: Properties): readonly PropertyChange[];
  readonly deleteBeforeReplace?: boolean;
  create(inputs: Properties, context: Context): Promise<{ id: string; state: Properties }>;
  /** Nothing means that the object is gone. */
  read(id: string, state: Properties, inputs: Properties): Promise<Existing | undefined>;
  update(id: string, state: Properties, oldInputs: Properties, news: Properties, context: Context): Promise<Properties>;
  delete(id: string, state: Properties, context: Context): Promise<void>;
}

/** What `read` found. */
export interface Existing {
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;
}

/** An input that cannot be, for the person who wrote it. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** A plugin: its resources by type token, and what it does with its configuration. */
export interface ProviderDouble {
  readonly version: string;
  readonly resources: Readonly<Record<string, ResourceDouble>>;
  configure?(config: Properties): void;
  /** Aborts what is going on. */
  cancel?(): void;
}

const parentCheckMs = 500;

/** Serves a double until the engine that started it is gone; the port on stdout is what the engine waits for. */
export function serveProvider(double: ProviderDouble): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(services.ResourceProviderService, implementation(double, new EngineLog(process.argv[2])));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
  // The engine ends a plugin with a signal; one that was killed itself leaves its plugins with another parent.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.exit(0), parentCheckMs);
}

function implementation(double: ProviderDouble, engineLog: EngineLog): grpc.UntypedServiceImplementation {
  return {
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion(double.version)),
    checkConfig: answer((request: messages.CheckRequest) => new messages.CheckResponse().setInputs(request.getNews())),
    diffConfig: answer(() => new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: answer((request: messages.ConfigureRequest) => {
      double.configure?.(open(fromStruct(request.getArgs())));
      return new messages.ConfigureResponse().setAcceptsecrets(true).setAcceptresources(true).setSupportspreview(true);
    }),
    cancel: answer(() => {
      double.cancel?.();
      return new empty.Empty();
    }),
    ...resourceMethods(double, engineLog),
  };
}

function resourceMethods(double: ProviderDouble, engineLog: EngineLog): grpc.UntypedServiceImplementation {
  const locate = (request: { getUrn(): string }, preview = false): [ResourceDouble, Context] => {
    const urn = request.getUrn();
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const resource = double.resources[type];
    if (!resource) throw new Error(`This stand-in does not know ${type}: install the real plugin to use it.`);
    return [resource, { urn, name: urn.split("::").at(-1)!, preview, log: (line) => engineLog.info(urn, line) }];
  };
  return {
    check: answer((request: messages.CheckRequest) => {
      const [resource, context] = locate(request);
      const { inputs, failures = [] } = resource.check(
        withoutNulls(fromStruct(request.getNews())),
        fromStruct(request.getOlds()),
        context,
      );
      const list = failures.map(({ property, reason }) =>
        new messages.CheckFailure().setProperty(property).setReason(reason),
      );
      return new messages.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(list);
    }),
    diff: answer((request: messages.DiffRequest) => {
      const [resource] = locate(request);
      const [state, oldInputs, news] = [request.getOlds(), request.getOldInputs(), request.getNews()].map(fromStruct);
      return diffResponse(resource.diff(state!, oldInputs!, news!), resource.deleteBeforeReplace ?? false);
    }),
    create: answer(async (request: messages.CreateRequest) => {
      const [resource, context] = locate(request, request.getPreview());
      const { id, state } = await resource.create(fromStruct(request.getProperties()), context);
      return new messages.CreateResponse().setId(id).setProperties(toStruct(state));
    }),
    read: answer(async (request: messages.ReadRequest) => {
      const [resource] = locate(request);
      const [state, inputs] = [request.getProperties(), request.getInputs()].map(fromStruct);
      const found = await resource.read(request.getId(), state!, inputs!);
      if (!found) return new messages.ReadResponse();
      const response = new messages.ReadResponse().setId(found.id).setProperties(toStruct(found.state));
      return response.setInputs(toStruct(found.inputs));
    }),
    update: answer(async (request: messages.UpdateRequest) => {
      const [resource, context] = locate(request, request.getPreview());
      const [state, oldInputs, news] = [request.getOlds(), request.getOldInputs(), request.getNews()].map(fromStruct);
      const after = await resource.update(request.getId(), state!, oldInputs!, news!, context);
      return new messages.UpdateResponse().setProperties(toStruct(after));
    }),
    delete: answer(async (request: messages.DeleteRequest) => {
      const [resource, context] = locate(request);
      await resource.delete(request.getId(), fromStruct(request.getProperties()), context);
      return new empty.Empty();
    }),
  };
}

function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

/** One gRPC method from a function: what it throws is what the engine shows. */
function answer<Request, Response>(
  method: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => method(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: (error as Error).message }),
      );
  };
}
