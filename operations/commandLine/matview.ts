#!/usr/bin/env node
import { matview } from "./verbs.ts";

// Whoever reads may stop early, such as head; what is done goes on.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await matview(process.argv.slice(2));
