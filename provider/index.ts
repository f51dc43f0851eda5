// The providers by name. Loaded by entry.ts in Pulumi's provider process, never by a program.
import { KINDS } from "../kinds/all.ts";
import type { AnyKind } from "../kinds/all.ts";
import type { KindName } from "../kinds/kindName.ts";
import { lifecycle } from "../lifecycle/lifecycle.ts";
import type { ResourceProvider } from "../lifecycle/resourceProvider.ts";
import { endWithEngine } from "./endWithEngine.ts";
import { engineLog } from "./engineLog.ts";
import { askConfig } from "./stackConfig.ts";

// Pulumi starts the process with the address of its engine.
endWithEngine(process.argv[2]);

// It prints what read and delete throw, before it hands that on to the engine, which shows it itself (speaker.ts takes the stack away).
const { error: print } = console;
console.error = (...said: unknown[]): void => {
  if (!/^MatviewError: [^]*: $/.test(String(said[0]))) print(...said);
};

export const providers = Object.fromEntries(
  Object.entries(KINDS).map(([name, kind]) => [name, lifecycle(kind as unknown as AnyKind, engineLog, askConfig)]),
) as Record<KindName, ResourceProvider>;
