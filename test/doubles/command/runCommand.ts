import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { CommandInputs } from "./commandInputs.ts";

/** What a command wrote, without the last line break. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/** What the plugin does when the deploy is cancelled. */
export function killCommands(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Runs a command as command:local:Command does. A command that ends badly is an error with all that it wrote. */
export function runCommand(
  command: string,
  inputs: CommandInputs,
  before: { stdout?: unknown; stderr?: unknown },
  log: (line: string) => void,
): Promise<Said> {
  const { interpreter, dir, stdin, logging = "stdoutAndStderr" } = inputs;
  const [shell, ...shellArguments] = interpreter?.length ? interpreter : ["/bin/sh", "-c"];
  const child = spawn(shell!, [...shellArguments, command], {
    env: { ...process.env, ...inputs.environment, ...previousOutput(inputs, before) },
    stdio: [stdin ? "pipe" : "ignore", "pipe", "pipe"],
    ...(dir === undefined ? {} : { cwd: dir }),
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  // A command may well end before it has read all of its input.
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin);
  const said = { stdout: "", stderr: "", both: "" };
  const lines = new LineSplitter(log);
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]!.setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
      said.both += text;
      if (logging === "stdoutAndStderr" || logging === stream) lines.write(text);
    });
  }
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${reason}: running ${JSON.stringify(command)}:\n${said.both}`));
    // Node.js blames the shell where it is the folder that is missing.
    const missing = dir !== undefined && !existsSync(dir);
    child.once("error", (error) => fail(missing ? `chdir ${dir}: no such file or directory` : error.message));
    child.once("close", (code, signal) => {
      lines.end();
      if (code === 0) resolve({ stdout: said.stdout.replace(/\n$/, ""), stderr: said.stderr.replace(/\n$/, "") });
      else fail(code === null ? `signal: ${signal}` : `exit status ${code}`);
    });
  });
}

/** What the command before this one wrote, unless there was nothing or it is not wanted. */
function previousOutput(
  { addPreviousOutputInEnv = true }: CommandInputs,
  { stdout, stderr }: { stdout?: unknown; stderr?: unknown },
): NodeJS.ProcessEnv {
  if (!addPreviousOutputInEnv) return {};
  return {
    ...(stdout ? { PULUMI_COMMAND_STDOUT: String(stdout) } : {}),
    ...(stderr ? { PULUMI_COMMAND_STDERR: String(stderr) } : {}),
  };
}

/** Hands on whole lines, and at the end what is left. */
class LineSplitter {
  private rest = "";
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  write(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    for (const line of lines) this.onLine(line);
  }

  end(): void {
    if (this.rest !== "") this.onLine(this.rest);
    this.rest = "";
  }
}
