import type { ResourceDouble } from "../provider.ts";
import { open, type Properties, unknownValue } from "../values.ts";
import { changesOf, checkInputs, closeSecrets, type Fields, wantedProperties, withDefaults } from "./fields.ts";

/** A resource of the real provider: its properties and the SQL that makes, reads, changes and removes it. */
export interface BridgedResource {
  readonly fields: Fields;
  readonly deleteBeforeReplace?: boolean;
  id(state: Properties): string;
  create(wanted: Properties): Promise<void>;
  /** The properties that the server says; nothing when the object is gone. */
  read(state: Properties): Promise<Properties | undefined>;
  update(state: Properties, wanted: Properties, changed: ReadonlySet<string>): Promise<void>;
  delete(state: Properties): Promise<void>;
}

/** The way of the real provider's resources, which is the same for all of them. */
export function bridged(resource: BridgedResource): ResourceDouble {
  const { fields } = resource;
  const observe = async (known: Properties): Promise<Properties> => {
    const observed = await resource.read(known);
    if (!observed) throw new Error(`${resource.id(known)} is gone right after it was changed.`);
    return withoutUndeclaredSets(fields, known, { ...known, ...observed });
  };
  return {
    deleteBeforeReplace: resource.deleteBeforeReplace ?? false,

    check(news) {
      return { inputs: closeSecrets(fields, withDefaults(fields, open(news))), failures: checkInputs(fields, news) };
    },

    diff(state, _oldInputs, news) {
      return changesOf(fields, state, news);
    },

    async create(inputs, { preview }) {
      const wanted = wantedProperties(fields, inputs, {});
      if (preview) return { id: "", state: closeSecrets(fields, withUnknowns(fields, wanted)) };
      await resource.create(wanted);
      const state = await observe(wanted);
      return { id: resource.id(state), state: closeSecrets(fields, state) };
    },

    async read(_id, state, inputs) {
      const known = open(state);
      const observed = await resource.read(known);
      if (!observed) return undefined;
      const now = { ...wantedProperties(fields, {}, {}), ...known, ...observed };
      const declared = Object.keys(inputs).map((name) => [name, name.startsWith("__") ? inputs[name] : now[name]]);
      return {
        id: resource.id(now),
        state: closeSecrets(fields, now),
        inputs: closeSecrets(fields, Object.fromEntries(declared)),
      };
    },

    async update(_id, state, _oldInputs, news, { preview }) {
      const wanted = wantedProperties(fields, news, state);
      if (preview) return closeSecrets(fields, wanted);
      const changed = new Set(changesOf(fields, state, news).map(({ path }) => path.split("[")[0]!));
      await resource.update(open(state), wanted, changed);
      return closeSecrets(fields, await observe(wanted));
    },

    async delete(_id, state) {
      await resource.delete(open(state));
    },
  };
}

/** Right after a change a set that the program does not name is left out, however the server fills it. */
function withoutUndeclaredSets(fields: Fields, known: Properties, observed: Properties): Properties {
  const entries = Object.entries(observed).filter(
    ([name]) => fields[name]?.type !== "set" || known[name] !== undefined,
  );
  return Object.fromEntries(entries);
}

function withUnknowns(fields: Fields, wanted: Properties): Properties {
  const entries = Object.entries(wanted).map(([name, value]) => {
    return [name, value === undefined && fields[name]?.computed ? unknownValue : value];
  });
  return Object.fromEntries(entries);
}
