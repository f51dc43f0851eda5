import type { Client } from "pg";
import { serverText, userError } from "../../../postgres/errors.ts";
import { asJobSession } from "../../../postgres/jobSession.ts";
import type { BuiltView } from "../../../postgres/swap.ts";
import { searchPathAdvice } from "../searchPathAdvice.ts";

/** Computes what is built aside, each on the one before, as the sessions of its job will compute it. */
export async function refreshAsides(client: Client, built: readonly BuiltView[]): Promise<void> {
  for (const { user, refresh } of built) {
    if (refresh === undefined) continue;
    try {
      await asJobSession(client, user, [refresh]);
    } catch (error) {
      const advice = searchPathAdvice(error);
      throw advice === "" ? error : userError(`${serverText(error)}${advice}`, error);
    }
  }
}
