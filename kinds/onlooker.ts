import { ask } from "../postgres/asked.ts";
import type { Session } from "../postgres/session.ts";

/** Whether the connected role can change nothing, so that it is another one that deploys. */
export async function onlyLooks({ target, capabilities }: Session): Promise<boolean> {
  if (capabilities.isSuperuser) return false;
  return (await ask<{ onlyLooks: boolean }>(target, "describe/only_looks", [])).rows[0]?.onlyLooks === true;
}
