/** What the URLs of the table are made of. */
export interface World {
  readonly primary: number;
  readonly standby: number;
  readonly dead: number;
  readonly password: string;
  readonly socket: string;
  /** That of both servers, for db.example.com. */
  readonly certificate: string;
  /** Writes a file that its owner alone may read, and says where it is. */
  readonly file: (name: string, lines: readonly string[]) => string;
}

const STRANGE = "us%20er%40x:p%3Aa%2Fs%25s%3Fw%23d+";

/** A URL and where it leads, and the variables that are set. */
export type UrlCase = readonly [
  name: string,
  url: (world: World) => string,
  lands: (world: World) => string,
  variables?: (world: World) => Record<string, string>,
];

export const HOST = "127.0.0.1";
const at = (port: number, rest = "postgres postgres f 4MB"): string => `${port} ${rest}`;
/** To the primary or the standby, by what is asked for. */
export const both = ({ password, primary, standby }: World, attrs: string): string =>
  `postgresql://postgres:${password}@${HOST}:${standby},${HOST}:${primary}/postgres?target_session_attrs=${attrs}`;

/** What psql and we take alike. Port or socket, database, user, standby, name, work_mem. */
export const TAKEN: readonly UrlCase[] = [
  [
    "percent-encoded user and password, with a plus that is a plus",
    ({ primary }) => `postgresql://${STRANGE}@${HOST}:${primary}/postgres`,
    ({ primary }) => at(primary, "postgres us er@x f 4MB"),
  ],
  [
    "all of it behind the ?",
    ({ primary, password }) =>
      `postgres:///?host=${HOST}&port=${primary}&user=postgres&password=${password}&dbname=template1`,
    ({ primary }) => at(primary, "template1 postgres f 4MB"),
  ],
  [
    "no database: the user's name",
    ({ primary, password }) => `postgresql://postgres:${password}@${HOST}:${primary}`,
    ({ primary }) => at(primary),
  ],
  [
    "a socket folder as the host",
    ({ primary, password, socket }) =>
      `postgresql://postgres:${password}@${encodeURIComponent(socket)}:${primary}/postgres?sslmode=require`,
    () => "socket postgres postgres f 4MB",
  ],
  [
    "a socket folder behind the ?",
    ({ primary, password, socket }) => `postgresql://postgres:${password}@/postgres?host=${socket}&port=${primary}`,
    () => "socket postgres postgres f 4MB",
  ],
  [
    "settings of the session, and a name",
    ({ primary, password }) =>
      `postgresql://postgres:${password}@${HOST}:${primary}/postgres?options=-c%20work_mem%3D5MB&application_name=panel`,
    ({ primary }) => at(primary, "postgres postgres f panel 5MB"),
  ],
  [
    "an address for a name that nobody knows",
    ({ primary, password, certificate }) =>
      `postgresql://postgres:${password}@db.example.com:${primary}/postgres?hostaddr=${HOST}&sslmode=verify-full&sslrootcert=${certificate}`,
    ({ primary }) => at(primary),
  ],
  [
    "a certificate's authority alone",
    ({ primary, password, certificate }) =>
      `postgresql://postgres:${password}@${HOST}:${primary}/postgres?sslmode=verify-ca&sslrootcert=${certificate}&ssl_min_protocol_version=TLSv1.3`,
    ({ primary }) => at(primary),
  ],
  [
    "channel binding",
    ({ primary, password }) =>
      `postgresql://postgres:${password}@${HOST}:${primary}/postgres?sslmode=require&channel_binding=require`,
    ({ primary }) => at(primary),
  ],
  [
    "parameters without effect here",
    ({ primary, password }) =>
      `postgresql://postgres:${password}@${HOST}:${primary}/postgres?keepalives=1&keepalives_idle=30&keepalives_interval=5&keepalives_count=3` +
      "&tcp_user_timeout=9000&connect_timeout=5&gssencmode=disable&client_encoding=UTF8&fallback_application_name=x",
    ({ primary }) => at(primary),
  ],
  [
    "the first host is down",
    ({ dead, primary, password }) => `postgresql://postgres:${password}@${HOST}:${dead},${HOST}:${primary}/postgres`,
    ({ primary }) => at(primary),
  ],
  [
    "one port for all hosts",
    ({ primary, password }) => `postgresql://postgres:${password}@127.0.0.9,${HOST}/postgres?port=${primary}`,
    ({ primary }) => at(primary),
  ],
  ["any", (it) => both(it, "any"), ({ standby }) => at(standby, "postgres postgres t 4MB")],
  ["primary", (it) => both(it, "primary"), ({ primary }) => at(primary)],
  ["read-write", (it) => both(it, "read-write"), ({ primary }) => at(primary)],
  ["standby", (it) => both(it, "standby"), ({ standby }) => at(standby, "postgres postgres t 4MB")],
  ["read-only", (it) => both(it, "read-only"), ({ standby }) => at(standby, "postgres postgres t 4MB")],
  ["prefer-standby", (it) => both(it, "prefer-standby"), ({ standby }) => at(standby, "postgres postgres t 4MB")],
  [
    "prefer-standby, without one, and the first host down",
    ({ dead, primary, password }) =>
      `postgresql://postgres:${password}@${HOST}:${dead},${HOST}:${primary}/postgres?target_session_attrs=prefer-standby`,
    ({ primary }) => at(primary),
  ],
  [
    "what a URL leaves out, by variables",
    () => "postgresql:///",
    ({ primary }) => at(primary, "template1 postgres f nombre 6MB"),
    ({ primary, password, standby }) => ({
      ...{ PGHOST: `${HOST},${HOST}`, PGPORT: `${standby},${primary}`, PGUSER: "postgres", PGDATABASE: "template1" },
      ...{ PGPASSWORD: decodeURIComponent(password), PGTARGETSESSIONATTRS: "primary", PGAPPNAME: "nombre" },
      ...{ PGOPTIONS: "-c work_mem=6MB", PGSSLMODE: "require", PGCONNECT_TIMEOUT: "5", PGCHANNELBINDING: "require" },
    }),
  ],
  [
    "a service, over variables and under the URL",
    () => "postgresql:///?service=ventas&application_name=url",
    ({ primary }) => at(primary, "template1 postgres f url 4MB"),
    ({ primary, password, file }) => ({
      PGDATABASE: "postgres",
      PGSERVICEFILE: file("services", [
        "# servicios",
        "[otro]",
        "host=nobody.invalid",
        "[ventas]",
        `host=${HOST}`,
        `port=${primary}`,
        "user=postgres",
        `password=${decodeURIComponent(password)}`,
        "dbname=template1",
        "application_name=service",
      ]),
    }),
  ],
  [
    "a password for each host, by a file",
    ({ standby, primary }) =>
      `postgresql://us%20er%40x@${HOST}:${standby},${HOST}:${primary}/postgres?target_session_attrs=read-write`,
    ({ primary }) => at(primary, "postgres us er@x f 4MB"),
    ({ standby, primary, file }) => ({
      PGPASSFILE: file("passwords", [
        `${HOST}:${standby}:postgres:us er@x:p\\:a/s%s?w#d+`,
        `${HOST}:${primary}:otra:*:otra`,
        `${HOST}:${primary}:*:us er@x:p\\:a/s%s?w#d+`,
      ]),
    }),
  ],
];
