/** Every variable that is read, with its meaning: the reference prints this table. */
export const ENVIRONMENT = {
  MATVIEW_DATABASE_URL:
    "Database of the views, `postgresql://user:password@host:5432/database?sslmode=verify-full`. Comes before everything else.",
  MATVIEW_CRON_DATABASE: "Database that holds pg_cron, where it is not that of the views.",
  MATVIEW_READ_REPLICAS:
    "Standbys on which readers read: URLs as above with spaces between them. Comes before `readReplicas` and `matview:readReplicas`.",
  PGHOST:
    "Host, address or socket folder, or several with commas. Where it is set, or `PGHOSTADDR` or `PGSERVICE`, and no URL, the `PG*` variables are the connection; what a URL leaves out they say in any case.",
  PGHOSTADDR: "Address to connect to, where the host's name is not to be looked up.",
  PGPORT: "Port; 5432 when left out.",
  PGUSER: "Role that connects; the operating system's user when left out.",
  PGPASSWORD: "Its password.",
  PGPASSFILE: "File of passwords by host, port, database and user; `~/.pgpass` when left out.",
  PGDATABASE: "Database of the views; the user's name when left out.",
  PGSERVICE: "Service whose parameters are taken from the service file.",
  PGSERVICEFILE: "That file; `~/.pg_service.conf` when left out.",
  PGSYSCONFDIR: "Folder of a second service file, `pg_service.conf`.",
  PGTARGETSESSIONATTRS: "As `target_session_attrs` in a URL: which of several servers is taken.",
  PGLOADBALANCEHOSTS: "`disable`; anything else is refused.",
  PGCONNECT_TIMEOUT: "Seconds that a server is waited for; 15 when left out.",
  PGOPTIONS: "Settings of the session, `-c name=value`. Those that each session here sets itself come before them.",
  PGAPPNAME: "Name of the connections, instead of the one that each has.",
  PGSSLMODE:
    "`disable`, `require`, `verify-ca` or `verify-full`. When left out: `disable` on this computer, else `verify-full`.",
  PGSSLROOTCERT:
    "File of the certificate authority, where it is not a public one; `system` for those that the operating system trusts.",
  PGSSLCERT: "File of the user's certificate.",
  PGSSLKEY: "File of its key, without a passphrase.",
  PGSSLNEGOTIATION: "`postgres`, or `direct` for TLS from the first byte on.",
  PGSSLMINPROTOCOLVERSION: "Oldest version of TLS, such as `TLSv1.2`.",
  PGSSLMAXPROTOCOLVERSION: "Newest version of TLS.",
  PGCHANNELBINDING: "`require` lets nobody between use the password; `prefer` or `disable`.",
  PGGSSENCMODE: "`disable` or `prefer`; anything else is refused.",
  PGSSLSNI: "`1`; anything else is refused.",
  PGSSLCERTMODE: "`allow`; anything else is refused.",
  PGREQUIRESSL: "`0`; anything else is refused: set `PGSSLMODE`.",
  PGREQUIREAUTH: "Refused where it is set.",
  PGREQUIREPEER: "Refused where it is set.",
  PGSSLCRL: "Refused where it is set.",
  PGSSLCRLDIR: "Refused where it is set.",
  MATVIEW_PLAN: "File of `matview plan --json`: `pulumi up` does what it says and nothing else.",
  MATVIEW_ALLOW:
    "What this deploy alone may do, `columns:public.mv_x`: a word (`columns`, `dependents`, `rows`) and a view, with commas between several.",
  MATVIEW_EXPECT:
    'What this deploy alone may do to the rows, JSON by view: `{"public.mv_x":{"rows":"same"}}`. It comes before the argument `change`.',
  MATVIEW_PREVIEW: "`off` leaves out what a preview says of our resources, and the work for it.",
  MATVIEW_UNREACHABLE:
    "`skip` goes on without what lives in a database that cannot be reached: a state refresh leaves it as it is, with a warning, and a change of it fails.",
  MATVIEW_FIRST_REFRESH: "Set by a deploy for its first refresh: the view to fill, or a list of them.",
  MATVIEW_CONNECTION: "Set by a deploy for its first refresh: the connection, where the program has several databases.",
  MATVIEW_INCARNATION: "Set by a deploy for its first refresh, which is run again when it changes.",
  NODE_COMPILE_CACHE: "Folder in which Node.js keeps what it has compiled; a folder of the cache below when left out.",
  XDG_CACHE_HOME: "Parent of the cache folder `pulumi-matview`; `~/.cache` when left out.",
} as const satisfies Record<string, string>;

/** An environment of which the variables of the table can be read, and no other. */
export type Environment = Readonly<Partial<Record<keyof typeof ENVIRONMENT, string | undefined>>>;

/** That of this process. */
export const environment: Environment = process.env;
