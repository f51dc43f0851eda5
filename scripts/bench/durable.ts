/** Settings of a server in production, which tests do without. */
export const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };
