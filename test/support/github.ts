import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the stand-in for GitHub holds. */
export interface GithubState {
  readonly comments: { id: number; body: string }[];
  readonly issues: { number: number; title: string; body: string; state: string }[];
}

/** Puts a `gh` before all others on PATH that keeps comments and issues in a file, and understands what scripts/ci asks of it. */
export function standInForGithub(directory: string): { env: NodeJS.ProcessEnv; state(): GithubState } {
  const bin = join(directory, "bin");
  const file = join(directory, "github.json");
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, "gh"),
    `#!/bin/sh\nexec node "${join(import.meta.dirname, "githubCommand.mjs")}" "${file}" "$@"\n`,
  );
  chmodSync(join(bin, "gh"), 0o755);
  return {
    env: { PATH: bin, GITHUB_REPOSITORY: "team/views", PULL_REQUEST: "7" },
    state: () =>
      existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as GithubState) : { comments: [], issues: [] },
  };
}
