import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../scripts/database/until.ts";
import type { TestDatabase } from "./database.ts";
import { uniqueName } from "./database.ts";

/** Settings of a server that writes down every statement, one JSON object a line. */
export const STATEMENT_LOG: Readonly<Record<string, string>> = {
  log_statement: "all",
  log_destination: "jsonlog",
  logging_collector: "on",
  log_directory: "statements",
  log_rotation_age: "0",
  log_rotation_size: "0",
  log_duration: "on",
};

/** One statement that a client sent, in the order in which the server took it on. */
export interface LoggedStatement {
  readonly application: string;
  readonly pid: number;
  readonly text: string;
  /** As the server measured it; undefined where the statement failed. */
  readonly durationMs: number | undefined;
}

/** Runs the action and returns the statements that the server took on meanwhile, of all its clients. */
export async function statementsDuring(
  { client, server }: TestDatabase,
  action: () => Promise<void>,
): Promise<LoggedStatement[]> {
  const folder = join(server.directory, "data", "statements");
  const mark = async (): Promise<string> => {
    const name = uniqueName("mark");
    await client.query(`select '${name}'`);
    await until(() => Promise.resolve(logText(folder).includes(name)), { what: "the server's log" });
    return name;
  };
  const start = await mark();
  await action();
  const end = await mark();
  const lines = logText(folder)
    .split("\n")
    .filter((line) => line !== "");
  const from = lines.findLastIndex((line) => line.includes(start));
  const to = lines.findIndex((line) => line.includes(end));
  return statements(lines.slice(from + 1, to).map((line) => JSON.parse(line) as LogLine));
}

interface LogLine {
  readonly pid: number;
  readonly application_name?: string;
  readonly message?: string;
}

function logText(folder: string): string {
  if (!existsSync(folder)) return "";
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
}

function statements(lines: readonly LogLine[]): LoggedStatement[] {
  const found: { application: string; pid: number; text: string; durationMs: number | undefined }[] = [];
  for (const { pid, message = "", application_name: application = "" } of lines) {
    const text = /^(?:statement|execute [^:]*): ([^]*)$/.exec(message)?.[1];
    if (text !== undefined) found.push({ application, pid, text, durationMs: undefined });
    const duration = /^duration: ([\d.]+) ms$/.exec(message)?.[1];
    const last = duration === undefined ? undefined : found.findLast((one) => one.pid === pid);
    // Parse and bind of the next statement are timed too, before that is named.
    if (last !== undefined) last.durationMs ??= Number(duration);
  }
  return found;
}
