import { spawn } from "node:child_process";

const LINES_SHOWN = 8;

/**
 * Runs a system's tool without questions and without showing what it prints.
 * @throws with the end of what it printed when it fails.
 */
export async function runLogged(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => printed.push(data));
  const status = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (status === 0) return;
  const end = Buffer.concat(printed).toString().trim().split("\n").slice(-LINES_SHOWN).join("\n");
  throw new Error(`${command} ${args.join(" ")} failed with status ${status}:\n${end}`);
}

/** Runs apt-get; another one that is at work is waited for. */
export async function aptGet(args: readonly string[]): Promise<void> {
  await runLogged("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args]);
}
