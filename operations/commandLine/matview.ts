#!/usr/bin/env node
import { matview } from "./verbs.ts";

process.exitCode = await matview(process.argv.slice(2));
