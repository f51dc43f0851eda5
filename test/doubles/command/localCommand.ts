import { randomBytes } from "node:crypto";
import { compareProperties } from "../diffResponse.ts";
import type { Context, Failure, ResourceDouble } from "../provider.ts";
import { open, type Properties, unknownValue } from "../values.ts";
import type { CommandInputs } from "./commandInputs.ts";
import { runCommand } from "./runCommand.ts";

type Shape = readonly [fits: (value: unknown) => boolean, name: string];

const text: Shape = [(value) => typeof value === "string", "a text"];
const list: Shape = [Array.isArray, "a list"];
const map: Shape = [
  (value) => typeof value === "object" && value !== null && Object.values(value).every(text[0]),
  "a map of texts",
];

const shapes: Readonly<Record<keyof CommandInputs, Shape>> = {
  create: text,
  update: text,
  delete: text,
  stdin: text,
  dir: text,
  interpreter: list,
  environment: map,
  logging: text,
  triggers: list,
  addPreviousOutputInEnv: [(value) => typeof value === "boolean", "true or false"],
};

/** Stands in for command:local:Command: a shell command at creation, update and deletion. */
export const localCommand: ResourceDouble = {
  check(news) {
    return { inputs: news, failures: Object.entries(open(news)).flatMap(([name, value]) => failuresOf(name, value)) };
  },

  diff(state, _oldInputs, news) {
    // The plugin replaces for triggers that come or go; for a changed one it is the package that asks the engine to.
    return compareProperties(declaredIn(state), news).map((change) => ({
      ...change,
      replaces: change.path === "triggers",
    }));
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
    if (context.preview && compareProperties(declaredIn(state), news).length === 0) return state;
    return outputsAfter(update ?? create, news, state, context);
  },

  async delete(_id, state, context) {
    const inputs = open(state) as CommandInputs;
    if (inputs.delete !== undefined) await runCommand(inputs.delete, inputs, open(state), context.log);
  },
};

/** The inputs that a state holds beside what the command said. */
function declaredIn(state: Properties): Properties {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name in shapes));
}

/** The inputs with what the command said: in clear text, even where the command was given a secret. */
async function outputsAfter(
  command: string | undefined,
  inputs: Properties,
  before: Properties,
  context: Context,
): Promise<Properties> {
  if (context.preview) return { ...inputs, stdout: unknownValue, stderr: unknownValue };
  const { stdout = "", stderr = "" } = open(before);
  if (command === undefined) return { ...inputs, stdout, stderr };
  return { ...inputs, ...(await runCommand(command, open(inputs), { stdout, stderr }, context.log)) };
}

function failuresOf(property: string, value: unknown): Failure[] {
  if (property.startsWith("__") || value === unknownValue) return [];
  if (!(property in shapes)) {
    return [{ property, reason: `this stand-in does not know '${property}': install the real plugin to use it` }];
  }
  const [fits, name] = shapes[property as keyof CommandInputs];
  return fits(value) ? [] : [{ property, reason: `'${property}' must be ${name}` }];
}
