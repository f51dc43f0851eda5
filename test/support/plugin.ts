import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { fromStruct, open, type Properties, toStruct } from "../doubles/values.ts";

/** What a plugin says about a change. */
export interface PluginDiff {
  readonly changes: "some" | "none";
  /** What differs: kinds such as `update` or `add_replace`, by path. */
  readonly detailed: Readonly<Record<string, string>>;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** A running provider plugin, asked as the engine asks it. Properties without the engine's and the bridge's own keys. */
export interface PluginProcess {
  configure(config: Properties): Promise<void>;
  check(urn: string, news: Properties): Promise<{ inputs: Properties; failures: string[] }>;
  diff(urn: string, id: string, state: Properties, oldInputs: Properties, news: Properties): Promise<PluginDiff>;
  create(urn: string, inputs: Properties, preview?: boolean): Promise<{ id: string; state: Properties }>;
  read(
    urn: string,
    id: string,
    state: Properties,
    inputs: Properties,
  ): Promise<{ id: string; state: Properties; inputs: Properties }>;
  update(
    urn: string,
    id: string,
    state: Properties,
    oldInputs: Properties,
    news: Properties,
    preview?: boolean,
  ): Promise<Properties>;
  delete(urn: string, id: string, state: Properties): Promise<void>;
  /** The lines that the plugin had the engine show, in order. */
  readonly log: readonly { readonly urn: string; readonly message: string }[];
}

/** Starts the plugin with an engine that listens to its log, and ends both afterwards. */
export async function withPlugin<T>(
  command: readonly string[],
  action: (plugin: PluginProcess) => Promise<T>,
  env: NodeJS.ProcessEnv = {},
): Promise<T> {
  const log: { urn: string; message: string }[] = [];
  const engine = new grpc.Server();
  engine.addService(engineServices.EngineService, engineMethods(log));
  const enginePort = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    engine.bindAsync("127.0.0.1:0", credentials, (error, port) => (error ? reject(error) : resolve(port)));
  });
  const [executable, ...args] = command;
  const child = spawn(executable!, [...args, `127.0.0.1:${enginePort}`], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const address = `127.0.0.1:${await firstLine(child)}`;
    const client = new services.ResourceProviderClient(address, grpc.credentials.createInsecure());
    try {
      return await action({ ...pluginMethods(client), log });
    } finally {
      client.close();
    }
  } finally {
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
    engine.forceShutdown();
  }
}

function engineMethods(log: { urn: string; message: string }[]): grpc.UntypedServiceImplementation {
  const listen: grpc.handleUnaryCall<engineMessages.LogRequest, empty.Empty> = ({ request }, callback) => {
    // 1 is what a plugin tells a person; 0 is for those who debug it.
    if (request.getSeverity() === 1) log.push({ urn: request.getUrn(), message: request.getMessage() });
    callback(null, new empty.Empty());
  };
  const refuse: grpc.handleUnaryCall<unknown, unknown> = (_call, callback) =>
    callback({ code: grpc.status.UNIMPLEMENTED });
  const names = Object.keys(engineServices.EngineService);
  return { ...Object.fromEntries(names.map((name) => [name, refuse])), log: listen };
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error("The plugin ended before it told its port.");
}

function pluginMethods(client: services.ResourceProviderClient): Omit<PluginProcess, "log"> {
  const { DIFF_SOME } = messages.DiffResponse.DiffChanges;
  return {
    async configure(config) {
      const request = new messages.ConfigureRequest().setArgs(toStruct(config));
      for (const [key, value] of Object.entries(config)) request.getVariablesMap().set(`config:${key}`, String(value));
      request.setAcceptsecrets(true).setAcceptresources(true).setSendsOldInputs(true);
      await ask<messages.ConfigureResponse>((done) => client.configure(request, done));
    },
    async check(urn, news) {
      const request = new messages.CheckRequest().setUrn(urn).setOlds(toStruct({})).setNews(toStruct(news));
      request.setRandomseed(Buffer.alloc(32));
      const response = await ask<messages.CheckResponse>((done) => client.check(request, done));
      const failures = response.getFailuresList().map((failure) => failure.getProperty());
      return { inputs: present(response.getInputs()), failures };
    },
    async diff(urn, id, state, oldInputs, news) {
      const request = new messages.DiffRequest().setUrn(urn).setId(id).setOlds(toStruct(state));
      request.setOldInputs(toStruct(oldInputs)).setNews(toStruct(news));
      const response = await ask<messages.DiffResponse>((done) => client.diff(request, done));
      const kinds = new Map(
        Object.entries(messages.PropertyDiff.Kind).map(([name, kind]) => [kind, name.toLowerCase()]),
      );
      const detailed: Record<string, string> = {};
      response.getDetaileddiffMap().forEach((change, path) => (detailed[path] = kinds.get(change.getKind())!));
      return {
        changes: response.getChanges() === DIFF_SOME ? "some" : "none",
        detailed,
        replaces: response.getReplacesList().sort(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
      };
    },
    async create(urn, inputs, preview = false) {
      const request = new messages.CreateRequest().setUrn(urn).setProperties(toStruct(inputs)).setPreview(preview);
      const response = await ask<messages.CreateResponse>((done) => client.create(request, done));
      return { id: response.getId(), state: present(response.getProperties()) };
    },
    async read(urn, id, before, inputs) {
      const request = new messages.ReadRequest().setUrn(urn).setId(id);
      request.setProperties(toStruct(before)).setInputs(toStruct(inputs));
      const response = await ask<messages.ReadResponse>((done) => client.read(request, done));
      const [state, declared] = [response.getProperties(), response.getInputs()].map(present);
      return { id: response.getId(), state: state!, inputs: declared! };
    },
    async update(urn, id, state, oldInputs, news, preview = false) {
      const request = new messages.UpdateRequest().setUrn(urn).setId(id).setOlds(toStruct(state)).setPreview(preview);
      request.setOldInputs(toStruct(oldInputs)).setNews(toStruct(news));
      return present((await ask<messages.UpdateResponse>((done) => client.update(request, done))).getProperties());
    },
    async delete(urn, id, state) {
      const request = new messages.DeleteRequest().setUrn(urn).setId(id).setProperties(toStruct(state));
      await ask<empty.Empty>((done) => client.delete(request, done));
    },
  };
}

/** Properties without those that are null, secretly or not: the engine drops them as well. */
function present(message: Parameters<typeof fromStruct>[0]): Properties {
  const properties = fromStruct(message);
  const opened = open(properties);
  return Object.fromEntries(Object.entries(properties).filter(([key]) => opened[key] !== null));
}

/** What a person sees of properties: without the keys that begin with two underscores, and without the id among them. */
export function visible(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__") && key !== "id"));
}

function ask<Response>(
  call: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error ? reject(new Error(error.details)) : resolve(response)));
  });
}
