#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own: tests/postgres.sh .venv/bin/pytest -m postgres
# Debian's packages are installed if they are missing; the server listens on a Unix socket alone and goes with the command.
set -euo pipefail
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
fi
bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
home=$(mktemp -d)
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$home"; fi
cd "$home"
as_owner "$bin/initdb" -D "$home/data" -U afterword --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
as_owner "$bin/pg_ctl" -D "$home/data" -s -w -o "-k $home -c listen_addresses='' -c fsync=off" -l "$home/log" start
trap 'as_owner "$bin/pg_ctl" -D "$home/data" -s -m immediate stop; rm -rf "$home"' EXIT
as_owner "$bin/createdb" -h "$home" -U afterword afterword
cd "$OLDPWD"
AFTERWORD_TEST_POSTGRES="postgresql+psycopg://afterword@/afterword?host=$home" "$@"
