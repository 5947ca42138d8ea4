#!/usr/bin/env bash
# A Bluesky of one's own on loopback: the development network of the AT Protocol (npm: @atproto/dev-env), with Debian's
# PostgreSQL and Redis. Says one line of JSON when it is there ({"pds": address, "appview": address}); then each line of
# its standard input is obeyed and answered: "stop" and "start" the app view. It ends when its input does.
# What is missing is installed: Debian's packages, and the network, once, in ~/.cache/afterword/bluesky.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BLUESKY_DATABASE:-}" ]; then
  exec "$here/../postgres.sh" bash -c 'BLUESKY_DATABASE="${AFTERWORD_TEST_POSTGRES/+psycopg/}" exec "$0"' "$here/bluesky.sh"
fi
missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
command -v npm >/dev/null || missing+=(nodejs npm)
if [ ${#missing[@]} -gt 0 ]; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2
fi
modules="${XDG_CACHE_HOME:-$HOME/.cache}/afterword/bluesky"
if [ ! -e "$modules/installed" ]; then
  mkdir -p "$modules"
  npm install --prefix "$modules" --no-audit --no-fund --loglevel=error @atproto/dev-env@0.3.215 >&2
  touch "$modules/installed"
fi
export REDIS_SOCKET
REDIS_SOCKET=$(mktemp -d)/redis
redis-server --port 0 --unixsocket "$REDIS_SOCKET" --save '' >/dev/null &
trap 'kill %1; rm -rf "$(dirname "$REDIS_SOCKET")"' EXIT
NODE_PATH="$modules/node_modules" LOG_ENABLED=false node --no-deprecation "$here/bluesky.js"
