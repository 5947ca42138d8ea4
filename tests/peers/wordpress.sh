#!/usr/bin/env bash
# A WordPress on 127.0.0.1 in the foreground: tests/peers/wordpress.sh FOLDER PORT
# All of it is in FOLDER: the same command starts the same site again. Says "ready" when it answers; it ends with the
# command. Debian's packages are installed where they are missing; 75 says that they cannot be. WordPress itself is only
# unpacked, and of MariaDB only the server's program is taken: the whole packages start services of their own.
set -euo pipefail
folder=$1 port=$2
here=$(cd "$(dirname "$0")" && pwd)
cannot() {
  tail -n 5 "$folder/apt.log" >&2
  echo "no WordPress here: Debian's packages cannot be installed" >&2
  exit 75
}
get() { apt-get -q -o DPkg::Lock::Timeout=300 -o APT::Sandbox::User=root "$@" >>"$folder/apt.log" 2>&1; }

if ! type mariadbd my_print_defaults php >/dev/null 2>&1 || ! php -m | grep -qx mysqli; then
  export DEBIAN_FRONTEND=noninteractive
  get update || cannot
  get install -y --no-install-recommends mariadb-server-core mariadb-client-core php-cli php-mysql || cannot
fi
if [ ! -d "$folder/site" ]; then
  rm -rf "$folder/new" "$folder/db"
  cd "$folder"
  if [ ! -d /usr/share/wordpress ]; then
    get download wordpress || { get update && get download wordpress; } || cannot
    dpkg -x wordpress_*.deb deb
  fi
  cp -r "$(ls -d deb/usr/share/wordpress /usr/share/wordpress 2>/dev/null | head -n 1)" new
  rm -rf deb wordpress_*.deb
  cp "$here/wordpress.php" new/peer.php
  cp -r "$here/wordpress-theme" new/wp-content/themes/peer
  sed "s|FOLDER|$folder|; s|PORT|$port|" "$here/wordpress-config.php" >new/wp-config.php
  mariadb-install-db --no-defaults --datadir="$folder/db" --user="$(id -un)" --auth-root-authentication-method=normal \
    --skip-test-db >"$folder/sql.log" 2>&1
fi

sql='' web=''
trap 'kill $web $sql 2>/dev/null || true; wait' EXIT
trap 'exit 143' TERM INT
rm -f "$folder/sql.sock" # one of a server that was killed
mariadbd --no-defaults --datadir="$folder/db" --socket="$folder/sql.sock" --pid-file="$folder/sql.pid" \
  --user="$(id -un)" --skip-networking --skip-log-bin >>"$folder/sql.log" 2>&1 &
sql=$!
until [ -S "$folder/sql.sock" ]; do kill -0 "$sql"; sleep 0.1; done
if [ ! -d "$folder/site" ]; then
  php "$folder/new/peer.php" install >"$folder/install.log"
  mv "$folder/new" "$folder/site"
fi
php -S "127.0.0.1:$port" -t "$folder/site" >>"$folder/web.log" 2>&1 &
web=$!
until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 "$web"; sleep 0.1; done
echo ready
wait "$web"
