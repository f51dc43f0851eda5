/** TLS as libpq names it. `verify-full` checks the certificate and the host name and is the default for other hosts. */
export type TlsMode = "disable" | "require" | "verify-ca" | "verify-full";
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Which of several servers is taken, as libpq names it. */
export type TargetSessionAttrs = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby";

/** Where PostgreSQL is and who connects. One object builds our client and the `postgresql.Provider`. */
export interface Connection {
  /** Host name, address, or folder of a socket; of several servers the first. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /** Address to connect to, where the host's name is not to be looked up. */
  readonly hostAddress?: string | undefined;
  /** Where there are several servers, each of them; the first that fits is taken. */
  readonly hosts?: readonly Pick<Connection, "host" | "port" | "hostAddress" | "password">[] | undefined;
  /** Which server fits; any when left out. */
  readonly targetSessionAttrs?: TargetSessionAttrs;
  /** Database of the views. */
  readonly database: string;
  /** Database that holds pg_cron (`cron.database_name`); the same as `database` on most hosts. */
  readonly cronDatabase: string;
  /** Role that connects. */
  readonly user: string;
  /** Its password, where one is needed. */
  readonly password?: string | undefined;
  /** How the connection is encrypted, and the files of certificates: of the authority where it is not a public one, and of the user. */
  readonly tls: {
    readonly mode: TlsMode;
    readonly rootCertFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly minVersion?: TlsVersion;
    readonly maxVersion?: TlsVersion;
    /** TLS from the first byte on, which PostgreSQL 17 and later understand. */
    readonly isDirect?: boolean;
  };
  /** Settings of the session in the form of a command line, `-c name=value`. Those that each session here sets itself come before them. */
  readonly options?: string;
  /** Name of the connections, instead of the one that each has. */
  readonly applicationName?: string;
  /** How long a server is waited for, in seconds; 0 for ever. 15 when left out. */
  readonly connectTimeoutSeconds?: number;
  /** How long a connection is silent until the network is asked whether it is still there, in seconds; 10 when left out, false for never. */
  readonly keepAliveSeconds?: number | false;
  /** Whether the password is bound to the server's certificate; `disable` when left out. */
  readonly channelBinding?: "disable" | "prefer" | "require";
  /** What said so, as messages name it. */
  readonly source?: string;
  /** Its name, where a program has several. */
  readonly name?: string;
}
