#!/usr/bin/env bash
# Plans the stack $STACK: plan.json for the deploy, plan.md for people. Fails where the deploy would be refused or a rule is broken.
# PLAN_DATA=1: also what it does to the rows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=${CI_OUTPUT:-$PWD}

status=0
node operations/commandLine/matview.ts plan --stack "$STACK" --json ${PLAN_DATA:+--data} >"$out/plan.json" 2>"$out/plan.err" || status=$?
if [ ! -s "$out/plan.json" ]; then
  cat "$out/plan.err" >&2
  # A fence of four, for the message may hold one of three.
  { echo "### matview plan for \`$STACK\`"; echo; echo "It could not be made:"; echo '````'; cat "$out/plan.err"; echo '````'; } >"$out/plan.md"
  exit 1
fi
node operations/preview/render.ts "$out/plan.json" >"$out/plan.md"
node policies/check.ts "$out/plan.json" >"$out/rules.txt" || status=1
{ echo; echo "**Rules**"; echo '````'; cat "$out/rules.txt"; echo '````'; } >>"$out/plan.md"
cat "$out/plan.md"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$out/plan.md" >>"$GITHUB_STEP_SUMMARY"; fi
exit "$status"
