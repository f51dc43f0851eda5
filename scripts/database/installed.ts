/** One PostgreSQL with pg_cron on this computer. */
export interface Installation {
  /** Major version, as "15". */
  readonly version: string;
  /** Folder of `postgres` and `initdb`. */
  readonly binaries: string;
  /** All of `postgres --version`, so that a template is made anew after an upgrade. */
  readonly build: string;
  /** Folder of another system's root that `binaries` is in; undefined = this system. */
  readonly root?: string;
}
