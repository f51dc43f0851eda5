import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheDirectory, checkout } from "../../scripts/checkout.ts";
import { checkoutVariables } from "../../scripts/checkoutVariables.ts";
import { checkoutPulumiHome, engineEnvironment } from "../../scripts/environment.ts";
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import { run } from "../../scripts/toolchain/executables.ts";
import type { Ended } from "../../scripts/toolchain/executables.ts";
import { ensurePlugins } from "../../scripts/toolchain/plugins.ts";

/** A folder in which the packed package was installed by npm, with nothing of the checkout in it. */
export interface Installation {
  readonly directory: string;
  /** The files of the package, and its packed size. */
  readonly pack: Pack;
  /** The environment in which a person there would run pulumi, with one more variable or two. */
  environment(extra: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv>;
}

/** What `npm pack` says of the package. */
export interface Pack {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Packs, writes the files into a new folder and installs there. MATVIEW_PACKAGE names a package that is packed already: a release tests the very
 * one that it publishes.
 */
export async function withInstallation(
  files: Readonly<Record<string, string>>,
  action: (installation: Installation) => Promise<void>,
): Promise<void> {
  // A space, as many a person's home has one.
  const directory = mkdtempSync(join(tmpdir(), "matview consumer-"));
  try {
    const pack = await packInto(directory);
    const manifest = {
      private: true,
      workspaces: ["programs/*", "pulumi-matview/examples/*"],
      ...dependencies(pack.filename),
    };
    writeInto(directory, { ...files, "package.json": JSON.stringify(manifest) });
    await npm(["install", "--ignore-scripts", "--cache", join(cacheDirectory, "npm")], directory);
    await action({
      directory,
      pack,
      environment: async (extra) => {
        const engine = await ensureEngine();
        await ensurePlugins(checkoutPulumiHome, engine);
        const backendDirectory = join(directory, "state");
        // Without the option by which this checkout runs its sources.
        return engineEnvironment({
          engine,
          backendDirectory,
          passphrase: "test",
          extra: { NODE_OPTIONS: "", ...extra },
        });
      },
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Puts files into a folder, making theirs. */
export function writeInto(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

function dependencies(tarball: string): object {
  const { devDependencies } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return {
    dependencies: { "@pulumi/pulumi": devDependencies["@pulumi/pulumi"], "pulumi-matview": `file:${tarball}` },
    // As `pulumi new typescript` has them.
    devDependencies: { "@types/node": "^22", typescript: "^5.0.0" },
  };
}

async function packInto(directory: string): Promise<Pack> {
  const made = checkoutVariables.MATVIEW_PACKAGE;
  const args = made === undefined ? [] : ["--ignore-scripts", made];
  const { stdout } = await npm(["pack", "--json", "--pack-destination", directory, ...args], checkout);
  // What prepack prints comes before.
  const [pack] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [Pack];
  return pack;
}

async function npm(args: readonly string[], cwd: string): Promise<Ended> {
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const ended = await run("npm", [...args, ...quiet], { cwd });
  if (ended.code !== 0) throw new Error(`npm ${args.join(" ")} failed: ${ended.stderr}`);
  return ended;
}
