import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { completionScript } from "../../../operations/commandLine/completion.ts";
import { parseWords } from "../../../operations/commandLine/options.ts";

// Each starts a process or two.
jest.setTimeout(30_000);

const program = join(import.meta.dirname, "../../../operations/commandLine/matview.ts");

function matview(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const clean = { PATH: process.env["PATH"], NO_COLOR: "1", ...env };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { env: clean, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("help names every verb, and an unknown verb too", () => {
  const { status, stdout } = matview(["help"]);
  expect(status).toBe(0);
  for (const verb of ["status", "verify", "history", "refresh", "pause", "resume", "frequency", "quiesce"])
    expect(stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
  const unknown = matview(["statsu"]);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toMatch(/^matview: there is no verb statsu; verbs are status, verify, /);
});

test.each([
  [["status", "--nope"], 2, "matview status: Unknown option '--nope'; options are --stack, --database, "],
  [["verify", "--nope"], 3, "matview verify: Unknown option '--nope'; options are --wait, --since, --stack, "],
  [["pause"], 2, "matview pause: which view? write its name, e.g. public.daily_revenue\n"],
  [["status", "a", "b"], 2, "matview status: one view at a time: a b\n"],
  [["quiesce", "a"], 2, "matview quiesce: it takes no view: a\n"],
  [["status", "--url-env", "NADA"], 2, "matview status: --url-env NADA: the environment has no NADA, or it is empty\n"],
  [["status", "a", "--max-age", "10"], 2, 'matview status: --max-age: duration "10" has no unit'],
  [["status", "a", "--spot-check", "x"], 2, "matview status: --spot-check x: write COLUMN=VALUE:COUNT, "],
  [["status"], 1, "matview status: no database: set MATVIEW_DATABASE_URL "],
])("%j is a mistake that is told in one line", (words, status, message) => {
  const ended = matview(words);
  expect(ended.stderr).toContain(message);
  expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(ended.status).toBe(status);
});

test("the completion for bash offers verbs, and the options of a verb", () => {
  const script = completionScript("bash", { status: ["--json", "--stack"], pause: ["--for"] });
  const complete = (line: string): string[] => {
    const words = line.split(" ");
    const set = `COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}`;
    const { stdout } = spawnSync("bash", ["-c", `${script}\n${set}; _matview; printf '%s\\n' "\${COMPREPLY[@]}"`], {
      encoding: "utf8",
    });
    return stdout.trim().split("\n");
  };
  expect(complete("matview ")).toEqual(["status", "pause", "completion", "help"]);
  expect(complete("matview st")).toEqual(["status"]);
  expect(complete("matview status --j")).toEqual(["--json"]);
  expect(complete("matview pause --")).toEqual(["--for", "--help"]);
  expect(complete("matview completion z")).toEqual(["zsh"]);
});

test("an option that may be given several times keeps all values", () => {
  const options = [{ name: "x", value: "X", multiple: true as const, summary: "" }];
  expect(parseWords(["a", "--x", "1", "--x=2"], options)).toEqual({
    words: ["a"],
    switches: new Set(),
    values: new Map([["x", ["1", "2"]]]),
  });
});
