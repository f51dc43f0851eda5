import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../scripts/checkout.ts";
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import { run } from "../../scripts/toolchain/executables.ts";
import { ensurePlugins } from "../../scripts/toolchain/plugins.ts";
import { writeInto, type Installation } from "../support/consumer.ts";
import { readPage } from "../support/pages.ts";
import type { Seen } from "../support/pages.ts";
import { TEMPLATE_TSCONFIG } from "./programs.ts";

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
  const { script, seen } = readPage("start", replaced);
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
  return seen(stdout);
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
