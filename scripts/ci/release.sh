#!/usr/bin/env bash
# Refuses a tag that is not v<version of package.json>, and a version without a dated heading in CHANGELOG.md: release.sh v1.2.3
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

version=$(node -p 'require("./package.json").version')
if [ "$1" != "v$version" ]; then
  echo "The tag is $1, and package.json has version $version: tag v$version, or change the version." >&2
  exit 1
fi
if ! grep -qE "^## ${version//./\\.} - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md; then
  echo "CHANGELOG.md has no heading '## $version - YYYY-MM-DD': give the version what stands below 'Unreleased'." >&2
  exit 1
fi
