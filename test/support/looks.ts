import { deployTable } from "../../kinds/materializedView/deployLog.ts";
import type { SqlVariables } from "../../postgres/sqlFiles.ts";

/** What a statement that looks is asked about. */
export interface Look {
  readonly values?: readonly unknown[];
  readonly variables?: SqlVariables;
}

/** A view of the big catalog, with its key, the view and the function between, and its job. */
export interface Subject {
  readonly oid: string;
  readonly policy: string;
  readonly function: string;
  readonly jobId: string;
}

const NAME = ["grande", "mv7"];
const NAMES = [["grande"], ["mv7"]];
const ALL = [null, null];
const KEY = { source: "grande.mv7", key: "q.c0", has_null: "q.c0 is null" };

/** For each file of sql/describe and sql/verify the questions that it has to answer; several where it has several ways. */
export function looks({ oid, policy, function: fn, jobId }: Subject): Readonly<Record<string, readonly Look[]>> {
  const ask = (...values: unknown[]): readonly Look[] => [{ values }];
  return {
    advisory_lock_holder: ask("1", "2"),
    called_functions: ask(oid),
    changed_at: ask(...NAME),
    closed_schemas: ask(...NAME, ["grande", "public"]),
    collation_versions: ask("grande.mv7"),
    columns: ask(oid),
    comparable_columns: ask(oid),
    cron: ask(),
    columns_of: ask(...NAME),
    cron_powers: ask(["postgres"]),
    default_grantees: ask("grande"),
    dependent_functions: ask([fn]),
    dependent_policies: ask([policy]),
    dependents: ask(oid),
    deploy_log: ask(deployTable("postgres")),
    deploys: [{ values: NAME, variables: { names: { table: deployTable("postgres") } } }],
    functions_mentioning: ask("t7"),
    hba_rule: ask("postgres", "postgres", ""),
    hidden_sources: ask("grande.mv7", "postgres", "grande.mv7", ["grande.t7"]),
    index_progress: ask(1),
    indexes: [...ask(["grande"], ["mv7_c0_idx"]), ...ask(...ALL)],
    job_command: [{ variables: { literals: { job: "mv7", user: "postgres" } } }],
    job_database: ask("postgres", "postgres"),
    job_numbers: ask(),
    job_runner: ask(jobId),
    job_settings: ask("postgres"),
    jobs: [...ask(["mv7"]), ...ask(null)],
    key_columns: ask(oid),
    key_proof: [{ variables: { raw: KEY } }],
    last_run: ask(jobId),
    leftovers: ask(...NAME, "_matview_swap"),
    lint_exposure: ask(["postgres"], ...NAME, null),
    lint_functions: ask(["grande", ""], ["f7", "lower"], ["public"]),
    query_shape: ask("grande.mv7"),
    lock_holders: [...ask(...NAMES), ...ask(...ALL)],
    longest_run: ask(jobId),
    materialized_views: [...ask(...NAMES), ...ask(...ALL)],
    may_create_temporary: ask(null),
    owner_role: ask("postgres", ["postgres"]),
    may_change: ask(...NAME),
    only_looks: ask(),
    policy_facts: ask(...NAME, "postgres", ["postgres"]),
    read_rights: ask(...NAME),
    refresh_audit_objects: ask("refreshes", "record", "postgres"),
    refresh_mark: ask(...NAMES),
    replica: ask("0/0"),
    replay_blockers: ask(),
    refreshable: ask(...NAME, "postgres"),
    relation_comment: [{ variables: { literals: { schema: "grande", name: "mv7" } } }],
    relation_oid: ask(...NAME),
    relation_properties: ask(...NAMES),
    rights: ask(
      JSON.stringify([
        { what: "database", schema: null, name: "postgres", privilege: "connect", role: "postgres" },
        { what: "schema", schema: null, name: "grande", privilege: "usage", role: "postgres" },
        { what: "table", schema: "grande", name: "t7", privilege: "select", role: "postgres" },
        { what: "function", schema: "grande", name: "f7(integer)", privilege: "execute", role: "postgres" },
      ]),
    ),
    role: ask("postgres"),
    role_timeouts: [...ask(["postgres"], ["postgres"]), ...ask(...ALL)],
    run_history: ask([jobId]),
    running_refreshes: ask(...NAME),
    runs: ask([jobId], 10, "2026-01-01"),
    runs_going: ask([jobId]),
    runtime_access: ask("jobs", "postgres", ""),
    // They ask one function of ours, which is made of sql/runtime.
    runtime_jobs: [],
    runtime_runs: [],
    runtime_objects: ask(["jobs", "runs"]),
    runtime_schema: ask("postgres"),
    schema_exists: ask("grande"),
    server: ask(),
    server_lock_holder: ask(1, 2),
    server_settings: ask(["jit"]),
    session_target: ask(),
    setting: ask("deadlock_timeout"),
    sources: ask("grande.mv7", "postgres", "grande.mv7", "grande", true),
    system_identifier: ask(),
    unfilled_sources: ask("grande.mv7"),
    unlogged_sources: ask("grande.mv7"),
    unseen_sources: ask(),
    uses_postgrest: ask(oid),
    view_anatomy: ask(...NAME),
    view_definitions: ask([oid], null, null),
    view_sources: ask("grande.mv7", "grande.mv7"),
    view_text: ask(oid),
    volatile_calls: ask("grande.mv7"),
    wal_position: ask(),
    view_size: ask(...NAME),
    view_states: [...ask(...NAMES), ...ask(...ALL)],
    waits: ask(...NAMES),
    writable_sources: ask(oid),
  };
}
