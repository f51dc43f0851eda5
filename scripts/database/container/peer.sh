#!/bin/sh
# pg_cron comes in over the container's own socket as any role, and nobody else does: the socket is not shared.
set -eu
echo "matview postgres all" >>"$PGDATA/pg_ident.conf"
echo "local all all peer map=matview
host all all all scram-sha-256" >"$PGDATA/pg_hba.conf"
