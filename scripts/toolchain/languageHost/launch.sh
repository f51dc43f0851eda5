#!/bin/sh
# Published as a Go module, the language host is older than the engine and reads the options of a project from flags, which the
# engine does not write any more: of ours that is the one that says whether Node.js or ts-node reads TypeScript.
if grep -Eqs '^[[:space:]]+typescript:[[:space:]]*false' Pulumi.yaml; then set -- -typescript=false "$@"; fi
exec "${0%/*}/language-host" "$@"
