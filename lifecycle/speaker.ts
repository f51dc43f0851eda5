import { isServerError, isUserError, serverText, userError } from "../postgres/errors.ts";
import { isStopError, stopError, wasStopped } from "../postgres/stopping.ts";
import type { SecretTexts } from "./secretTexts.ts";
import type { PreviewLog } from "./tellReviewer.ts";

/** All ways in which a resource speaks; none of them quotes a secret. */
export interface Speaker {
  /** On the row of a resource. */
  readonly log: PreviewLog;
  /** Once for each process. */
  readonly say: (text: string) => void;
  /** The error as the engine is to show it, with the subject where the server's words lack it. */
  readonly failing: (subject: () => string, error: unknown) => unknown;
}

export function speaker(engineLog: PreviewLog, secrets: SecretTexts): Speaker {
  const said = new Set<string>();
  return {
    log: (urn, severity, message) => engineLog(urn, severity, secrets.hide(message)),
    say: (text) => {
      const line = secrets.hide(text);
      if (!said.has(line)) console.warn(line);
      said.add(line);
    },
    failing: (subject, error) => {
      if (wasStopped(error) && !isStopError(error))
        error = stopError(`${subject()}: stopped; what is done stays, and the next deploy does the rest`, error);
      const shown = isServerError(error) ? userError(`${subject()}: ${serverText(error)}`, error) : error;
      if (shown instanceof Error) shown.message = secrets.hide(shown.message);
      // Pulumi's provider process prints the stack of what read and delete throw; the message alone says all.
      if (isUserError(shown)) shown.stack = "";
      return shown;
    },
  };
}
