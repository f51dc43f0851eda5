import type { Client } from "pg";
import { countRows } from "../../kinds/materializedView/countRows.ts";
import { printSettings } from "../../kinds/materializedView/definition/definitionSettings.ts";
import { withDefinition } from "../../kinds/materializedView/definition/runDefinition.ts";
import type { SpotCheck } from "../../kinds/viewDeclaration.ts";
import { isServerError } from "../../postgres/errors.ts";
import { sqlIdentifier, sqlLiteral } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import type { Facts } from "./facts.ts";
import { refusalText } from "./rights.ts";

/** What a spot check found. */
export interface SpotCheckResult {
  readonly check: SpotCheck;
  /** Rows in the view; undefined when they could not be counted. */
  readonly rows: number | undefined;
  /** Rows that there should be: as declared, or as the sources have them now. */
  readonly wanted: number | undefined;
  /** Rows by which view and sources differ, added up value by value; live checks only. */
  readonly laggingRows: number | undefined;
  /** Why it could not be counted. */
  readonly problem?: string;
}

/** What is to be counted of a view. */
interface Counting {
  readonly facts: Facts;
  readonly checks: readonly SpotCheck[];
}

/** All that is declared, where there is something to count. */
export function checksOfFilled(facts: Facts): Counting {
  return { facts, checks: facts.view?.isPopulated === true ? facts.declared.spotChecks : [] };
}

/**
 * Counts what is declared: at once what the views alone say, one after the other what is compared with the sources. A check that cannot be
 * made is a result too. The results are in the order of the views and of their checks.
 */
export async function runSpotChecks(session: Session, views: readonly Counting[]): Promise<SpotCheckResult[][]> {
  const counted = views.map(({ facts, checks }) =>
    checks.map((check) => (check.live === true ? undefined : unlessRefused(session, facts, check, countDeclared))),
  );
  await Promise.all(counted.flat().filter((one) => one !== undefined));
  const results: SpotCheckResult[][] = [];
  for (const [place, { facts, checks }] of views.entries()) {
    const found: SpotCheckResult[] = [];
    // A comparison is a transaction of several questions, and nothing may get between them.
    for (const [index, check] of checks.entries())
      found.push(await (counted[place]?.[index] ?? unlessRefused(session, facts, check, compareWithSources)));
    results.push(found);
  }
  return results;
}

async function unlessRefused(
  session: Session,
  facts: Facts,
  check: SpotCheck,
  count: typeof countDeclared,
): Promise<SpotCheckResult> {
  try {
    return await count(session, facts, check);
  } catch (error) {
    if (!isServerError(error)) throw error;
    const problem = await refusalText(session, facts.declared, error);
    return { check, rows: undefined, wanted: undefined, laggingRows: undefined, problem };
  }
}

/** True when the counts are as they should be. */
export function isMet({ rows, wanted, laggingRows }: SpotCheckResult): boolean {
  return rows !== undefined && rows === wanted && (laggingRows ?? 0) === 0;
}

async function countDeclared(
  { target }: Session,
  { declared: view }: Facts,
  check: SpotCheck,
): Promise<SpotCheckResult> {
  const rows = await (check.value === undefined
    ? countRows(target, view)
    : countMatching(target, view, { value: valueOf(check), wanted: check.value }));
  return { check, rows, wanted: check.expected, laggingRows: undefined };
}

async function countMatching(
  target: Client,
  { schema, name }: QualifiedName,
  { value, wanted }: { value: string; wanted: string },
): Promise<number> {
  const filled = { names: { schema, view: name }, literals: { wanted }, raw: { value } };
  const { rows } = await target.query<{ rows: number }>(sqlStatement("statements/count_matching_rows", filled));
  return Number(rows[0]?.rows);
}

// The sources' rows are kept as the job's session computes them, and compared as the view's: texts of both in our settings.
async function compareWithSources(
  { target }: Session,
  { declared: view, view: state, job }: Facts,
  check: SpotCheck,
): Promise<SpotCheckResult> {
  const { rows: found } = await target.query<{ definition: string }>(sqlText("describe/view_size"), [
    view.schema,
    view.name,
  ]);
  const definition = found[0]?.definition ?? "";
  const { owner } = state ?? {};
  return withDefinition(target, { definition, owner, user: job?.user ?? owner }, async ({ sql, isRelation }) => {
    const columns = check.column === undefined ? "" : `r.${sqlIdentifier(check.column)}`;
    if (isRelation) await target.query(sqlStatement("statements/keep_rows", { raw: { columns, source: sql } }));
    await target.query(printSettings());
    const statement = sqlStatement("statements/compare_counts", {
      names: { schema: view.schema, view: view.name },
      raw: {
        value: valueOf(check),
        filter: check.value === undefined ? "true" : `b.value = ${sqlLiteral(check.value)}`,
        source: isRelation ? "pg_temp.matview_source_rows" : sql,
      },
    });
    const { rows } = await target.query<{ viewRows: number; sourceRows: number; laggingRows: number }>(statement);
    const counts = rows[0];
    return { check, rows: counts?.viewRows, wanted: counts?.sourceRows, laggingRows: counts?.laggingRows };
  });
}

function valueOf({ column }: SpotCheck): string {
  return column === undefined ? "null::pg_catalog.text" : `r.${sqlIdentifier(column)}::pg_catalog.text`;
}
