import { ensureInstallation } from "./database/packages.ts";
import { runScript } from "./runScript.ts";

// Each measures ways of doing one thing in the same run and ends with a line "RESULT key=value ...".
const benches: Readonly<Record<string, () => Promise<{ bench(args: string[]): Promise<void> }>>> = {
  diff: () => import("./bench/diff.ts"),
  distance: () => import("./bench/distance.ts"),
  engine: () => import("./bench/engine.ts"),
  preview: () => import("./bench/preview.ts"),
  replica: () => import("./bench/replica.ts"),
  stamp: () => import("./bench/stamp.ts"),
  swap: () => import("./bench/swap.ts"),
  triggers: () => import("./bench/triggers.ts"),
  views: () => import("./bench/views.ts"),
};

await runScript(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (load === undefined) {
    const problem = name === "" ? "Which benchmark?" : `There is no benchmark called "${name}".`;
    const names = Object.keys(benches).join(", ");
    throw new Error(`${problem} Usage: npm run bench -- NAME [options], where NAME is one of: ${names}`);
  }
  await ensureInstallation();
  const { bench } = await load();
  await bench(args);
  return 0;
});
