#!/usr/bin/env bash
# Puts plan.md into the one comment of pull request $PULL_REQUEST, in the place of what stood there for $STACK.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=${CI_OUTPUT:-$PWD}

marker="<!-- matview plan -->"
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
id=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | sed -n 1p)
if [ -n "$id" ]; then gh api "repos/$GITHUB_REPOSITORY/issues/comments/$id" --jq .body >"$out/before.md"; else : >"$out/before.md"; fi
node operations/preview/comment.ts "$STACK" "$out/before.md" "$out/plan.md" >"$out/comment.md"
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$out/comment.md" --silent
else
  gh api --method POST "$comments" --field "body=@$out/comment.md" --silent
fi
