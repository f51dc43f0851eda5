import { randomBytes } from "node:crypto";
import { compareProperties } from "../diffResponse.ts";
import type { Context, Failure, ResourceDouble } from "../provider.ts";
import { holdsSecret, open, type Properties, secret, unknownValue } from "../values.ts";
import { runCommand } from "./runCommand.ts";

/** The inputs of command:local:Command that this stand-in knows. */
export interface CommandInputs {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly dir?: string;
  readonly interpreter?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
  readonly triggers?: readonly unknown[];
  readonly addPreviousOutputInEnv?: boolean;
}

const texts = ["create", "update", "delete", "stdin", "dir"];
const known = [...texts, "interpreter", "environment", "logging", "triggers", "addPreviousOutputInEnv"];
const loggings = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** Stands in for command:local:Command: a shell command at creation, update and deletion. */
export const localCommand: ResourceDouble = {
  check(news) {
    return { inputs: news, failures: Object.entries(open(news)).flatMap(([name, value]) => failuresOf(name, value)) };
  },

  diff(_state, oldInputs, news) {
    return compareProperties(oldInputs, news, (property) => property === "triggers");
  },

  async create(inputs, context) {
    const id = `${context.name}${randomBytes(4).toString("hex")}`;
    const { create } = open(inputs) as CommandInputs;
    return { id, state: await outputsAfter(create, inputs, {}, context) };
  },

  async read(id, state, inputs) {
    return { id, state, inputs };
  },

  async update(_id, state, _oldInputs, news, context) {
    const { create, update } = open(news) as CommandInputs;
    return outputsAfter(update ?? create, news, state, context);
  },

  async delete(_id, state, context) {
    const inputs = open(state) as CommandInputs;
    if (inputs.delete !== undefined) await runCommand(inputs.delete, inputs, open(state), context.log);
  },
};

/** The inputs with what the command said; a secret in any input makes every output one. */
async function outputsAfter(
  command: string | undefined,
  inputs: Properties,
  before: Properties,
  context: Context,
): Promise<Properties> {
  const { stdout = "", stderr = "" } = open(before);
  const opened = open(inputs);
  let said: Properties = { stdout, stderr };
  if (context.preview) said = { stdout: unknownValue, stderr: unknownValue };
  else if (command !== undefined) said = { ...(await runCommand(command, opened, { stdout, stderr }, context.log)) };
  return holdsSecret(inputs)
    ? { ...inputs, stdout: secret(said["stdout"]), stderr: secret(said["stderr"]) }
    : { ...inputs, ...said };
}

function failuresOf(property: string, value: unknown): Failure[] {
  if (property.startsWith("__") || value === unknownValue) return [];
  if (!known.includes(property)) {
    return [{ property, reason: `this stand-in does not know '${property}': install the real plugin to use it` }];
  }
  if (texts.includes(property) && typeof value !== "string") return [{ property, reason: "must be a text" }];
  if (property === "logging" && !loggings.includes(value as string)) {
    return [{ property, reason: `must be one of ${loggings.join(", ")}` }];
  }
  return [];
}
