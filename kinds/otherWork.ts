// A file of its own, without imports: what a consumer's checker reads leads here, and the checker knows neither zod nor pg.

/** What a run may make that is no kind of ours: a role, a schema, a table, a grant; or pg_cron's extension alone. */
export type OtherWork = "anything" | "pg_cron";
