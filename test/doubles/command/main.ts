import { readFileSync } from "node:fs";
import { serveProvider } from "../provider.ts";
import { localCommand } from "./localCommand.ts";
import { killCommands } from "./runCommand.ts";

const manifest = new URL("../../../node_modules/@pulumi/command/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };

serveProvider({ version, resources: { "command:local:Command": localCommand }, cancel: killCommands });
