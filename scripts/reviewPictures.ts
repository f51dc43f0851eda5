import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Marked } from "marked";
import { withServer } from "../test/support/database.ts";
import { standInForGithub } from "../test/support/github.ts";
import { readPage } from "../test/support/pages.ts";
import { checkout } from "./checkout.ts";
import { withProject } from "./consumerProject.ts";
import type { ConsumerProject } from "./consumerProject.ts";
import { DEPENDENT_REPORT, readmeProgram, writeReadmeView } from "./readmeProgram.ts";
import { runScript } from "./runScript.ts";
import { browse, BROWSERS, findBrowser } from "./toolchain/browser.ts";
import { run } from "./toolchain/executables.ts";
import type { Ended } from "./toolchain/executables.ts";

const DOCS = join(checkout, "docs");

const STYLE = `
body { margin: 16px; font: 14px/1.5 "DejaVu Sans", sans-serif; color: #1f2328; background: #fff }
pre, .terminal { font: 12px/1.45 "DejaVu Sans Mono", monospace; white-space: pre-wrap }
.terminal { padding: 16px; border-radius: 6px; color: #e6edf3; background: #0d1117 }
.comment { padding: 4px 16px; border: 1px solid #d1d9e0; border-radius: 6px }
.comment pre { padding: 12px; border-radius: 6px; background: #f6f8fa }
.comment code { padding: 2px 4px; border-radius: 4px; background: #eff1f3 }
pre span { display: inline-block; width: 100% }
.added { color: #116329; background: #dafbe1 } .removed { color: #82071e; background: #ffebe9 } .place { color: #59636e }
table { border-collapse: collapse; font-size: 12px } td, th { padding: 4px 8px; border: 1px solid #d1d9e0; vertical-align: top }
`;

// What docs/reviewing.md shows: deploys README's program on a server of its own, makes the page's edit, and takes pictures of the preview and of
// the comment that the workflow would write: npm run picture:review
await runScript(async () => {
  const browser = findBrowser();
  if (browser === undefined) {
    console.error(`No picture was taken: none of ${BROWSERS.join(", ")} is installed (Debian: chromium).`);
    return 0;
  }
  await withServer({}, async (database) => {
    await database.client.query("create role app");
    const env = { MATVIEW_DATABASE_URL: database.url };
    const deployed = async (project: ConsumerProject): Promise<void> => {
      writeReadmeView(project.directory);
      mustEndWell(await project.pulumi(["up", "--yes", "--skip-preview"]));
      await database.client.query(DEPENDENT_REPORT);
      await takePictures(project, browser);
    };
    await withProject(readmeProgram(), env, deployed, { stack: "prod" });
  });
  return 0;
});

async function takePictures(project: ConsumerProject, browser: string): Promise<void> {
  const { script } = readPage("reviewing", []);
  const [, commands = ""] = /^([^]*?)\npulumi preview\n/m.exec(script) ?? [];
  mustEndWell(await project.script(commands));
  const allow = { MATVIEW_ALLOW: "dependents:public.mv_conversaciones_dashboard" };
  const preview = mustEndWell(await project.pulumi(["preview", "--diff=false", "--suppress-progress"], allow));
  const terminal = `<div class="terminal">$ pulumi preview --stack prod\n...\n${escaped(preview.slice(preview.indexOf("Diagnostics:")).trim())}</div>`;
  await picture(project, browser, { name: "preview", body: terminal, height: 660 });
  const comment = await new Marked({ renderer: { code: codeBlock } }).parse(await commentOf(project, allow));
  await picture(project, browser, {
    name: "pull-request",
    body: `<div class="comment">${comment}</div>`,
    height: 1110,
  });
}

/** The comment as scripts/ci writes it. */
async function commentOf(project: ConsumerProject, allow: NodeJS.ProcessEnv): Promise<string> {
  const at = (name: string): string => join(project.directory, name);
  const plan = await project.matview(["plan", "--stack", "prod", "--data", "--json"], allow);
  writeFileSync(at("plan.json"), mustEndWell(plan));
  const node = async (script: string): Promise<string> =>
    (await run(process.execPath, [join(checkout, script), at("plan.json")], { env: process.env })).stdout;
  const rules = await node("policies/check.ts");
  writeFileSync(
    at("plan.md"),
    `${await node("operations/preview/render.ts")}\n**Rules**\n\`\`\`\`\n${rules}\`\`\`\`\n`,
  );
  const github = standInForGithub(project.directory);
  const env = {
    ...process.env,
    ...github.env,
    PATH: `${github.env.PATH}:${process.env.PATH}`,
    STACK: "prod",
    CI_OUTPUT: project.directory,
  };
  mustEndWell(await run("bash", [join(checkout, "scripts/ci/comment.sh")], { env }));
  return github.state().comments[0]?.body ?? "";
}

interface Page {
  readonly name: string;
  readonly body: string;
  readonly height: number;
}

async function picture(project: ConsumerProject, browser: string, { name, body, height }: Page): Promise<void> {
  const page = join(project.directory, `${name}.html`);
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${body}`);
  const file = join(DOCS, `${name}.png`);
  await browse(browser, [`--window-size=1000,${height}`, `--screenshot=${file}`, `file://${page}`]);
  console.log(file);
}

function codeBlock({ text, lang }: { text: string; lang?: string }): string {
  const lines = text.split("\n").map((line) => {
    const kind = lang === "diff" ? { "+": "added", "-": "removed", "@": "place" }[line[0] ?? ""] : undefined;
    return kind === undefined ? escaped(line) : `<span class="${kind}">${escaped(line)}</span>`;
  });
  return `<pre>${lines.join("\n")}</pre>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function mustEndWell({ code, stdout, stderr }: Ended): string {
  if (code !== 0) throw new Error(`a command ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}
