import { readFileSync } from "node:fs";
import { withSection } from "./commentText.ts";

// node operations/preview/comment.ts STACK before.md plan.md: prints the comment with this stack's plan in it.
const [stack = "", before = "", plan = ""] = process.argv.slice(2);
process.stdout.write(withSection(readFileSync(before, "utf8"), stack, readFileSync(plan, "utf8")));
