#!/usr/bin/env bash
# Looks whether the database of the stack $STACK is as declared: drift.md for people, drift.xml for machines.
# Exit status as `matview drift`: 0 no drift, 7 drift, 1 could not tell.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=${CI_OUTPUT:-$PWD}

status=0
node operations/commandLine/matview.ts drift --stack "$STACK" --markdown --junit "$out/drift.xml" >"$out/drift.md" 2>"$out/drift.err" || status=$?
if [ "$status" -ne 0 ] && [ "$status" -ne 7 ]; then
  { echo "### stack $STACK: it could not be told whether it has drifted"; echo; echo '````'; cat "$out/drift.err"; echo '````'; } >"$out/drift.md"
fi
echo "$status" >"$out/drift.status"
cat "$out/drift.md"
exit "$status"
