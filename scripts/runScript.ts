import { inspect } from "node:util";
import { checkoutVariables } from "./checkoutVariables.ts";

/** Runs the body of a script. What it returns is the exit status; an error shows as its message, without a stack trace. */
export async function runScript(body: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    // A mistake of ours, such as a TypeError, needs its trace; a message for a person is a plain Error.
    const plain = error instanceof Error && error.constructor === Error;
    console.error(plain && checkoutVariables.MATVIEW_DEBUG === undefined ? error.message : inspect(error));
    process.exitCode = 1;
  }
}
