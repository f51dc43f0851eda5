import { prepareDevStack } from "./devStack.ts";
import { runScript } from "./runScript.ts";

// Prints what a shell needs to run pulumi and matview on the dev stack by hand: eval "$(npm run -s env)"
await runScript(async () => {
  const env = await prepareDevStack();
  const names = Object.keys(env).filter((name) => /^(PATH|NODE_OPTIONS|PULUMI_.*|MATVIEW_DATABASE_URL)$/.test(name));
  for (const name of names.sort()) console.log(`export ${name}='${env[name]!.replaceAll("'", `'\\''`)}'`);
  return 0;
});
