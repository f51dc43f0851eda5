import type { EventEmitter } from "node:events";
import pg from "pg";
import type { ClientConfig } from "pg";
import type { Connection } from "./connectionParts.ts";

/** What node-postgres tells of a login. */
interface Wire extends EventEmitter {
  readonly stream: { destroy(): void };
}

/** A client that ends a login without channel binding where that is required, before it has sent the password. */
export class BoundClient extends pg.Client {
  constructor(config: ClientConfig & Pick<Connection, "channelBinding"> = {}) {
    super(config);
    if (config.channelBinding !== "require") return;
    const { connection } = this as unknown as { readonly connection: Wire };
    let isBound = false;
    const mustBeBound = (): void => {
      if (isBound) return;
      // The end of the login may have come along.
      connection.removeAllListeners("readyForQuery");
      connection.emit(
        "error",
        new Error("the server offers a login without channel binding, and channel_binding is require"),
      );
      connection.stream.destroy();
    };
    connection.on("authenticationSASL", ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
      isBound = mechanisms.includes("SCRAM-SHA-256-PLUS");
      mustBeBound();
    });
    for (const event of ["authenticationCleartextPassword", "authenticationMD5Password", "authenticationOk"])
      connection.on(event, mustBeBound);
  }
}
