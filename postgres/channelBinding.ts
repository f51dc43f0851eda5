import pg from "pg";
import type { ClientConfig } from "pg";
import type { Connection } from "./connection.ts";

const BOUND = "SCRAM-SHA-256-PLUS";

/** What node-postgres tells of a login. */
interface Wire {
  readonly stream: { destroy(error: Error): void };
  on(event: string, listener: (message: { readonly mechanisms?: readonly string[] }) => void): void;
}

/** A client that ends a login without channel binding where that is required, before it has sent the password. */
export class BoundClient extends pg.Client {
  constructor(config: ClientConfig & Pick<Connection, "channelBinding"> = {}) {
    super(config);
    if (config.channelBinding !== "require") return;
    const { connection } = this as unknown as { readonly connection: Wire };
    let isBound = false;
    const mustBeBound = (): void => {
      if (!isBound)
        connection.stream.destroy(
          new Error("the server offers a login without channel binding, and channel_binding is require"),
        );
    };
    connection.on("authenticationSASL", ({ mechanisms = [] }) => {
      isBound = mechanisms.includes(BOUND);
      mustBeBound();
    });
    for (const event of ["authenticationCleartextPassword", "authenticationMD5Password", "authenticationOk"])
      connection.on(event, mustBeBound);
  }
}
