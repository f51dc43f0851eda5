#!/usr/bin/env bash
# Deploys the stack $STACK as plan.json says and not otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=${CI_OUTPUT:-$PWD}

MATVIEW_PLAN="$out/plan.json" pulumi up --stack "$STACK" --yes --skip-preview --non-interactive --suppress-outputs
