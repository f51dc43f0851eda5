import { parseArgs } from "node:util";

// Each measures ways of doing one thing in the same run and ends with a line "RESULT key=value ...".
const benches: Readonly<Record<string, () => Promise<{ bench(args: string[]): Promise<void> }>>> = {
  stamp: () => import("./bench/stamp.ts"),
};

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const name = positionals[0] ?? "";
const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (load === undefined) {
  const problem = name === "" ? "Which benchmark?" : `There is no benchmark called "${name}".`;
  console.error(
    `${problem} Usage: npm run bench -- NAME [options], where NAME is one of: ${Object.keys(benches).join(", ")}`,
  );
  process.exit(2);
}
const { bench } = await load();
await bench(process.argv.slice(process.argv.indexOf(name) + 1));
