import { z } from "zod";
import type { Stack } from "../kinds/claim.ts";
import type { FullConfigKey } from "../lifecycle/configKeys.ts";
import type { AskConfig } from "../lifecycle/runConfig.ts";
import { runPulumi } from "./runPulumi.ts";

const valuesSchema = z.record(z.string(), z.object({ value: z.string().optional() }));

/** A stack's configuration as it is now, secrets in clear. @throws where there is no pulumi to ask. */
export async function readStackConfig(stack: string): Promise<Partial<Record<FullConfigKey, string>> | undefined> {
  const { code, stdout } = await runPulumi(["config", "--json", "--show-secrets", "--stack", stack]);
  const parsed = code === 0 ? valuesSchema.safeParse(JSON.parse(stdout)) : undefined;
  if (parsed?.success !== true) return undefined;
  return Object.fromEntries(Object.entries(parsed.data).map(([key, { value }]) => [key, value || undefined]));
}

const asked = new Map<string, ReturnType<typeof readStackConfig>>();

/** The same for a provider process, once for the engine run that it serves; undefined where it cannot be had. */
export const askConfig: AskConfig = ({ stack }: Stack) => {
  const known = asked.get(stack) ?? readStackConfig(stack).catch(() => undefined);
  asked.set(stack, known);
  return known;
};
