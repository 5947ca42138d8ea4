#!/usr/bin/env bash
# An Isso on 127.0.0.1 in the foreground: tests/peers/isso.sh FOLDER PORT
# All of it is in FOLDER, a virtual environment of its own too: the same command starts the same Isso again. Says "ready"
# when it answers; it ends with the command. 75 says that PyPI's packages cannot be installed.
set -euo pipefail
folder=$1 port=$2
if [ ! -e "$folder/installed" ]; then
  "${PYTHON:-python3}" -m venv "$folder/venv"
  pip() { "$folder/venv/bin/python" -m pip install -q --disable-pip-version-check "$@" >>"$folder/pip.log" 2>&1; }
  # Not all that it depends on: a renderer of the past, which it does not use, would need a compiler.
  if ! { pip --no-deps isso==0.14.0 && pip itsdangerous jinja2 'mistune>=3.1,<4' html5lib werkzeug bleach setuptools; }; then
    tail -n 5 "$folder/pip.log" >&2
    echo "no Isso here: PyPI's packages cannot be installed" >&2
    exit 75
  fi
  touch "$folder/installed"
fi
cat >"$folder/isso.cfg" <<END
[general]
dbpath = $folder/comments.db
host = http://127.0.0.1:$port/
[server]
listen = http://127.0.0.1:$port
[guard]
enabled = false
[markup]
renderer = mistune
END
web=''
trap 'kill $web 2>/dev/null || true; wait' EXIT
trap 'exit 143' TERM INT
"$folder/venv/bin/isso" -c "$folder/isso.cfg" run >>"$folder/web.log" 2>&1 &
web=$!
until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 "$web"; sleep 0.1; done
echo ready
wait "$web"
