#!/usr/bin/env bash
# One open issue for the stack $STACK while it has drifted, or while it cannot be told; closed when it is as declared again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=${CI_OUTPUT:-$PWD}

title="Drift in $STACK"
status=$(cat "$out/drift.status")
number=$(gh issue list --state open --search "in:title \"$title\"" --json number,title --jq "map(select(.title == \"$title\")) | .[0].number // empty")
if [ "$status" -eq 0 ]; then
  if [ -n "$number" ]; then gh issue close "$number" --comment "No drift any more."; fi
elif [ -n "$number" ]; then
  gh issue edit "$number" --body-file "$out/drift.md"
else
  gh issue create --title "$title" --body-file "$out/drift.md"
fi
