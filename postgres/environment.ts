/** Every variable that is read, with its meaning: the reference prints this table. */
export const ENVIRONMENT = {
  MATVIEW_DATABASE_URL:
    "Database of the views, `postgresql://user:password@host:5432/database?sslmode=verify-full`. Comes before everything else.",
  MATVIEW_CRON_DATABASE: "Database that holds pg_cron, where it is not that of the views.",
  MATVIEW_READ_REPLICAS:
    "Standbys on which readers read: URLs as above with spaces between them. Comes before `readReplicas` and `matview:readReplicas`.",
  PGHOST: "Host, address or socket folder. Where it is set, and no URL, the `PG*` variables are the connection.",
  PGPORT: "Port; 5432 when left out.",
  PGUSER: "Role that connects. Needed with `PGHOST`.",
  PGPASSWORD: "Its password.",
  PGDATABASE: "Database of the views; the user's name when left out.",
  PGSSLMODE:
    "`disable`, `require`, `verify-ca` or `verify-full`. When left out: `disable` on this computer, else `verify-full`.",
  PGSSLROOTCERT: "File of the certificate authority, where it is not a public one.",
  MATVIEW_PLAN: "File of `matview plan --json`: `pulumi up` does what it says and nothing else.",
  MATVIEW_ALLOW:
    "What this deploy alone may do, `columns:public.mv_x`: a word (`columns`, `dependents`, `rows`) and a view, with commas between several.",
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
