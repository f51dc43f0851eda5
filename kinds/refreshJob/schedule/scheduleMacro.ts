import { cronForSeconds, quoted, scheduleProblem } from "./scheduleProblem.ts";

// What each macro means on every pg_cron from 1.3 on.
const MACROS = new Map([
  ["hourly", "0 * * * *"],
  ["daily", "0 0 * * *"],
  ["midnight", "0 0 * * *"],
  ["weekly", "0 0 * * 0"],
  ["monthly", "0 0 1 * *"],
]);

/** The five fields that a macro stands for, or why it cannot be used. */
export function expandMacro(
  text: string,
): { readonly ok: true; readonly fields: string } | { readonly ok: false; readonly problem: string } {
  const [, name = "", rest = ""] = /^@([^ \t]*)[ \t]*(.*)$/.exec(text) ?? [];
  const fields = MACROS.get(name);
  if (fields === undefined) return refusedMacro(text, name, rest);
  if (rest === "") return { ok: true, fields };
  return scheduleProblem(
    text,
    `something follows @${name}`,
    "would ignore it",
    `Write ${quoted(`@${name}`)} alone, or five fields`,
  );
}

function refusedMacro(text: string, name: string, rest: string): { readonly ok: false; readonly problem: string } {
  if (name === "yearly" || name === "annually") {
    return scheduleProblem(
      text,
      "the macro for once a year is broken",
      "from 1.6 on sets no month for it and would never run it",
      'Write "0 0 1 1 *"',
    );
  }
  if (name === "reboot" || name === "restart") {
    return scheduleProblem(
      text,
      "a refresh needs times",
      "would run it whenever its launcher starts and never in between, so data would age until the next restart",
      'Write five fields, such as "*/5 * * * *"',
    );
  }
  if (name === "every") {
    const [, count = "", unit = ""] = /^(\d+)(s|m|h)$/.exec(rest) ?? [];
    const cron = cronForSeconds(Number(count) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1));
    return scheduleProblem(text, "there is no @every", "refuses it", `Write ${quoted(cron ?? "*/5 * * * *")}`);
  }
  const lower = name.toLowerCase();
  if (MACROS.has(lower)) {
    return scheduleProblem(text, "macros are written in lower case", "refuses it", `Write ${quoted(`@${lower}`)}`);
  }
  const names = [...MACROS.keys()].map((macro) => `@${macro}`);
  return scheduleProblem(
    text,
    `@${name} is no macro`,
    "refuses it",
    `Write one of ${names.join(", ")}, or five fields`,
  );
}
