import colors from "picocolors";
import type { Risk } from "../../kinds/materializedView/cost/statementCost.ts";
import { bytes, duration } from "../../kinds/quantities.ts";
import { titleIn } from "../../lifecycle/databases.ts";
import { definitionLines } from "../../lifecycle/preview/definitionLines.ts";
import { dropLines, keptText, rateLines } from "../../lifecycle/preview/lines.ts";
import { table, wrapped } from "../commandLine/table.ts";
import { markdownTable } from "../commandLine/text.ts";
import { rowsMarkdown, rowsText } from "../diff/rowsText.ts";
import { diffMarkdown, diffTerminal, fence } from "./diffText.ts";
import type { PlanDocument } from "./document.ts";
import { otherText } from "./otherStep.ts";
import { resourceTitle } from "./plannedResource.ts";
import type { PlannedResource } from "./plannedResource.ts";

/** A plan as a table for a terminal. */
export function planTable(plan: PlanDocument): string {
  const rows = plan.resources.flatMap((one) =>
    stepRows(one).map(([risk, ...cells]) => [colour(risk as Risk), ...cells]),
  );
  const heading = `stack ${plan.stack}, database ${plan.database}: ${summary(plan)}`;
  return [
    heading,
    ...(rows.length === 0 ? [] : [table([...HEAD], rows)]),
    ...notes(plan),
    ...plan.resources.flatMap(definitionText),
    ...(plan.data ?? []).map((one) => ("problem" in one ? one.problem : rowsText(placed(one)))),
    fingerprintLine(plan),
  ].join("\n");
}

/** The same for a comment on a pull request. */
export function planMarkdown(plan: PlanDocument): string {
  const sql = planSql(plan);
  const details =
    sql === "" ? [] : ["", "<details><summary>Statements</summary>", "", fence(sql, "sql"), "", "</details>"];
  return [
    `### matview plan for \`${plan.stack}\``,
    "",
    summary(plan),
    "",
    ...markdownTable(HEAD, plan.resources.flatMap(stepRows)),
    ...notes(plan).map((note) => `- ${note}`),
    ...plan.resources.flatMap(definitionMarkdown),
    ...(plan.data ?? []).flatMap((one) => ["", "problem" in one ? one.problem : rowsMarkdown(placed(one))]),
    ...details,
    "",
    `<sub>${fingerprintLine(plan)}</sub>`,
  ].join("\n");
}

/** The statements in order, as psql would take them, with what they are for as comments. */
export function planSql(plan: PlanDocument): string {
  return plan.resources
    .flatMap(({ steps, connection }) => steps.map((step) => ({ ...step, connection })))
    .map(({ action, target, reason, on, statements, connection }) => {
      const comment = `-- ${action} ${target}: ${reason}`.replaceAll("\n", " ");
      const where = on === "cron" ? ["-- in the database that holds pg_cron"] : [];
      const at = connection === null ? [] : [`-- in the database of the connection ${connection}`];
      return [comment, ...at, ...where, ...statements.map((statement) => `${statement};`)].join("\n");
    })
    .join("\n\n");
}

const HEAD = ["risk", "step", "why", "lock", "takes", "writes"];

function stepRows({ steps, connection }: PlannedResource): string[][] {
  return steps.map((step) => [
    step.risk,
    titleIn({ connection }, `${step.action} ${step.target}`),
    [
      step.reason,
      ...(step.gate === undefined ? [] : [step.gate]),
      ...keptText(step),
      ...step.hazards,
      ...(step.dependents.length === 0 ? [] : [`touches ${step.dependents.join(", ")}`]),
    ].join("; "),
    step.lock === "none" ? "none" : `${step.lock}, ${duration(step.lockMs)}`,
    `${duration(step.durationMs)}${step.isMeasured ? "" : " (estimated)"}`,
    step.bytesWritten === 0 ? "nothing" : `${step.rows.toLocaleString("en-US")} rows, ${bytes(step.bytesWritten)}`,
  ]);
}

/** With the database in its name, where there are several. */
function placed<Diff extends { readonly view: string; readonly connection: string | null }>(diff: Diff): Diff {
  return { ...diff, view: titleIn(diff, diff.view) };
}

/** What differs in a view that is built anew, for a terminal. */
function definitionText(one: PlannedResource): string[] {
  const { definition } = one;
  if (definition === undefined) return [];
  const lines = definitionLines(definition).map((line) => wrapped(`  ${line}`));
  return [`${resourceTitle(one)}:`, ...diffTerminal(definition.diff), ...lines];
}

function definitionMarkdown(one: PlannedResource): string[] {
  const { definition } = one;
  if (definition === undefined) return [];
  const lines = definitionLines(definition).map((line) => `- ${line}`);
  return ["", `**${resourceTitle(one)}**`, "", ...diffMarkdown(definition.diff), ...lines];
}

function notes({ resources, others, unreached }: PlanDocument): string[] {
  const of = (pick: (one: PlannedResource) => readonly string[], before = ""): string[] =>
    resources.flatMap((one) => pick(one).map((line) => `${before}${resourceTitle(one)}: ${line}`));
  return [
    ...unreached.map((reason) => `not looked at: ${reason}`),
    ...of(({ refusals }) => refusals, "REFUSED "),
    ...of(({ warnings }) => warnings, "warning: "),
    ...of(rateLines),
    ...of(dropLines),
    ...resources.flatMap((one) =>
      one.handover.map((line) => (line.startsWith(one.kind) ? line : `${resourceTitle(one)}: ${line}`)),
    ),
    ...of(({ isPlanned }) => (isPlanned ? [] : ["is planned when what it stands on is there, such as pg_cron"])),
    ...of(({ operation, steps, refusals, handover }) =>
      handover.length === 0 && operation === "update" && steps.length + refusals.length === 0
        ? ["nothing is run for it"]
        : [],
    ),
    ...others.map((other) => `besides, by the engine: ${otherText(other)}`),
  ];
}

function summary({ resources, risk }: PlanDocument): string {
  const steps = resources.reduce((total, one) => total + one.steps.length, 0);
  if (steps === 0) return "no change: nothing is run.";
  return `${steps} ${steps === 1 ? "step" : "steps"}, highest risk: ${risk}.`;
}

function fingerprintLine({ fingerprint }: PlanDocument): string {
  return `fingerprint ${fingerprint}`;
}

function colour(risk: Risk): string {
  if (risk === "data gone" || risk === "readers wait") return colors.red(risk);
  return risk === "brief lock" ? colors.yellow(risk) : colors.green(risk);
}
