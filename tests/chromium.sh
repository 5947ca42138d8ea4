#!/usr/bin/env bash
# Runs a command with a Chromium: tests/chromium.sh .venv/bin/pytest -m slow tests/crawlers/test_rendered_pages.py
# Debian's package is installed if there is none.
set -euo pipefail
if ! command -v chromium chromium-browser google-chrome >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-sandbox >/dev/null
fi
"$@"
