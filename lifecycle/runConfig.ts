import type { Stack } from "../kinds/claim.ts";
import { isFromConfig } from "../postgres/connection.ts";
import type { HandedConfig } from "../postgres/connection.ts";
import type { FullConfigKey } from "./configKeys.ts";

/** Asks for a stack's configuration as it is now; undefined where it cannot be had. */
export type AskConfig = (stack: Stack) => Promise<Partial<Record<FullConfigKey, string>> | undefined>;

/** What of a stack's configuration is about the database. */
export interface DatabaseConfig extends HandedConfig {
  /** The other database that the stack may be moved to. */
  readonly adoptDatabase?: string | undefined;
  readonly readReplicas?: string | undefined;
  /** Those that have names, as the setting's text. */
  readonly databases?: string | undefined;
}

/** The configuration of this engine run, also where the engine hands over an older one. */
export interface RunConfig {
  readonly now: () => DatabaseConfig;
  /** Takes what the engine hands over. */
  readonly take: (get: (key: FullConfigKey) => string | undefined) => void;
  /** The program runs, and so what was handed over is of this run. */
  readonly isOfProgram: () => void;
  /**
   * Work of a state refresh or a destroy, for which the engine hands over the configuration of the last run of the program; `connection` is
   * the name of the one that it is about.
   */
  readonly within: <T>(stack: Stack | undefined, connection: string | undefined, work: () => Promise<T>) => Promise<T>;
}

/** `changed` is called where the configuration turns out to be another one. */
export function runConfig(ask: AskConfig, changed: () => void): RunConfig {
  let config: DatabaseConfig = {};
  let isKnown = false;

  /** True where it is another one than before. */
  const renew = async (stack: Stack): Promise<boolean> => {
    const values = await ask(stack);
    if (isKnown || values === undefined) return false;
    // Another file of configuration than the engine was given has none of it.
    if (isFromConfig() && DATABASES.every((key) => values[`matview:${key}`] === undefined)) return false;
    const before = config;
    config = databaseConfig((key) => values[key]);
    isKnown = true;
    const isSame = KEYS.every((key) => before[key] === config[key]);
    if (!isSame) changed();
    return !isSame;
  };

  return {
    now: () => config,
    take: (get) => {
      config = { ...databaseConfig(get), isOfLastUp: true };
      isKnown = false;
    },
    isOfProgram: () => {
      config = { ...config, isOfLastUp: false };
      isKnown = true;
    },
    within: async (stack, connection, work) => {
      if (isKnown || stack === undefined) return work();
      if (isFromConfig(connection)) await renew(stack);
      try {
        return await work();
      } catch (error) {
        // With the connection from the environment the configuration decides only what was refused.
        if (isKnown || !(await renew(stack))) throw error;
        return work();
      }
    },
  };
}

const DATABASES = ["databaseUrl", "databases"] as const;
const KEYS = [...DATABASES, "cronDatabase", "adoptDatabase", "readReplicas"] as const;

function databaseConfig(get: (key: FullConfigKey) => string | undefined): DatabaseConfig {
  return Object.fromEntries(KEYS.map((key) => [key, get(`matview:${key}`)]));
}
