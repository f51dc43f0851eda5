/** Schema of what the module keeps in the database. */
export const RUNTIME_SCHEMA = "matview";

/** What the functions that show a role's jobs and runs are called, behind the role's name. */
export const JOBS_FUNCTION = "jobs";
export const RUNS_FUNCTION = "runs";

/** Each with the file of `sql/` that asks it. */
export const SHOWN_JOBS = [JOBS_FUNCTION, "describe/runtime_jobs"] as const;
export const SHOWN_RUNS = [RUNS_FUNCTION, "describe/runtime_runs"] as const;
