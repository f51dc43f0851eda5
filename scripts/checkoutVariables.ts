import type { environment } from "../postgres/environment.ts";

/** What steers this checkout's scripts and tests, beside what the product reads; the reference prints this table. */
export const CHECKOUT_VARIABLES = {
  MATVIEW_POSTGRES_VERSION: "Major version of the private servers; the newest that has pg_cron when left out.",
  MATVIEW_CRON_MODE: "`workers` lets their pg_cron run jobs in background workers; else through connections.",
  MATVIEW_REAL_PLUGINS: "Folders with Pulumi plugins, beside those of the user's Pulumi home.",
  MATVIEW_PACKAGE: "A packed package for `npm run test:consumer` to install; made when left out.",
  MATVIEW_TEST_REPORT: "File into which `npm test` writes the report of jest.",
  MATVIEW_SEED: "Seed of the test that makes programs at random; always the same one when left out.",
  MATVIEW_ROUNDS: "How many rounds it makes; five when left out.",
  MATVIEW_DEBUG: "Set to anything, it shows where an error of a script comes from.",
} as const satisfies Record<string, string>;

/** The environment as scripts and tests read it. */
export const checkoutVariables: typeof environment & {
  readonly [K in keyof typeof CHECKOUT_VARIABLES]?: string | undefined;
} = process.env;
