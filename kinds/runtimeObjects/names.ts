/** Schema of what the module keeps in the database. */
export const RUNTIME_SCHEMA = "matview";

/** What the functions that show a role's jobs and runs are called, behind the role's name. */
export const JOBS_FUNCTION = "jobs";
export const RUNS_FUNCTION = "runs";
