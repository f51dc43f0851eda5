import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, checkout } from "../../scripts/checkout.ts";
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import { run } from "../../scripts/toolchain/executables.ts";
import { ensurePlugins } from "../../scripts/toolchain/plugins.ts";
import { writeInto, type Installation } from "../support/consumer.ts";
import { TEMPLATE_TSCONFIG } from "./programs.ts";

/** A fenced part of the page: commands, a file to write, or what the commands before it print. */
interface Fence {
  readonly file: string | undefined;
  readonly language: string;
  readonly text: string;
}

/** What a part of the page says that is seen, and what was. */
export interface Seen {
  readonly told: string;
  readonly printed: string;
}

const PAGE = join(checkout, "docs", "start.md");
const MARK = "==== next ====";

/**
 * Does what docs/start.md says in one shell, from a home in which there is nothing, up to what ends with an error. Replaced are the
 * package by the packed one, the template, which comes from the internet, by a folder, the folder of states, and the database's address.
 */
export async function followStartPage({ directory, pack, environment }: Installation, url: string): Promise<Seen[]> {
  const home = mkdtempSync(join(directory, "home "));
  const [state, template] = [join(home, "state"), join(home, "template", "typescript")];
  writeInto(template, TEMPLATE);
  const replaced = [
    ["npm install pulumi-matview", `npm install '${join(directory, pack.filename)}'`],
    // It would be the home of the account, whatever HOME says.
    ["pulumi login --local", `pulumi login 'file://${state}'`],
    ["pulumi new typescript", `pulumi new '${template}'`],
    ["postgresql://user:password@host:5432/shop?sslmode=verify-full", url],
  ] as const;
  const fences = readFences(readFileSync(PAGE, "utf8"));
  const script = replaced.reduce((text, [from, to]) => replacedOnce(text, from, to), scriptOf(fences));
  const { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, ...env } = await environment({
    HOME: home,
    PULUMI_HOME: join(home, ".pulumi"),
    npm_config_cache: join(cacheDirectory, "npm"),
    NO_COLOR: "1",
  });
  void [PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE];
  for (const folder of [state, join(home, ".pulumi")]) mkdirSync(folder);
  await ensurePlugins(join(home, ".pulumi"), await ensureEngine());
  const { code, stdout, stderr } = await run("bash", ["-ec", script], { cwd: home, env });
  if (code !== 0) throw new Error(`docs/start.md ends with ${code}:\n${stdout}\n${stderr}`);
  const printed = stdout.split(`${MARK}\n`).slice(1);
  const commands = fences.filter(isCommands);
  return fences.flatMap(({ language, text }, at) => {
    if (language !== "text") return [];
    return [{ told: text, printed: printed[commands.indexOf(fences[at - 1]!)] ?? "" }];
  });
}

/** What of the told lines was not printed, whatever the width of a table; `…` stands for anything. */
export function missingLines({ told, printed }: Seen): string[] {
  // Not in order: the engine tells of resources as they come.
  const lines = printed.split("\n").map(narrowed);
  return told.split("\n").filter((line) => {
    if (line.trim() === "") return false;
    const pattern = new RegExp(`^${narrowed(line).split("…").map(escaped).join(".*")}$`);
    const at = lines.findIndex((one) => pattern.test(one));
    if (at >= 0) lines.splice(at, 1);
    return at < 0;
  });
}

function narrowed(line: string): string {
  return line.trim().replaceAll(/([ ─])\1+/g, "$1");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function readFences(page: string): Fence[] {
  const found = page.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$/gms);
  return [...found].map(([, file, language = "", text = ""]) => ({ file, language, text }));
}

function isCommands({ file, language }: Fence): boolean {
  return file === undefined && language === "sh";
}

function scriptOf(fences: readonly Fence[]): string {
  const parts = fences.map((fence) => {
    if (isCommands(fence)) return `echo '${MARK}'\n${fence.text}`;
    const { file, language, text } = fence;
    if (language === "text") return "";
    if (file === undefined) throw new Error(`docs/start.md does not say which file holds ${text}`);
    return `mkdir -p "$(dirname ${file})"\ncat > ${file} <<'END OF FILE'\n${text}END OF FILE\n`;
  });
  return parts.join("\n");
}

function replacedOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`docs/start.md should say once: ${from}`);
  return text.replace(from, () => to);
}

/** As `pulumi new typescript` has it. */
const TEMPLATE = {
  "Pulumi.yaml":
    "name: ${PROJECT}\ndescription: ${DESCRIPTION}\nruntime: nodejs\ntemplate:\n  description: A minimal TypeScript program\n",
  "package.json": JSON.stringify({
    name: "${PROJECT}",
    main: "index.ts",
    devDependencies: { "@types/node": "^22", typescript: "^5.0.0" },
    dependencies: { "@pulumi/pulumi": "^3.113.0" },
  }),
  "tsconfig.json": JSON.stringify(TEMPLATE_TSCONFIG),
  "index.ts": 'import * as pulumi from "@pulumi/pulumi";\n',
};
