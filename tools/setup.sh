#!/bin/sh
# Installs what a step needs, once: setup.sh base | dev | browser. Each step is stamped with a hash of its inputs
# under .venv/.stamps, so a second run takes seconds. System packages are installed when this runs as root;
# otherwise the one command that installs them is printed and nothing is done.
set -eu
cd "$(dirname "$0")/.."
STAMPS=.venv/.stamps

say() { printf '→ %s\n' "$*"; }
stop() { printf '\nsetup: %s\n' "$*" >&2; exit 1; }

hash_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

# fresh STEP FILE… : true when STEP was done with these very files
fresh() { step=$1; shift; [ "$(cat "$STAMPS/$step" 2>/dev/null)" = "$(hash_of "$@")" ]; }
stamp() { step=$1; shift; mkdir -p "$STAMPS"; hash_of "$@" > "$STAMPS/$step"; }

has_cjk_font() {
  find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
    -iname '*noto*cjk*' -print -quit 2>/dev/null | grep -q .
}

system_packages() {
  missing=""
  command -v msgfmt >/dev/null && command -v xgettext >/dev/null || missing="$missing gettext"
  has_cjk_font || missing="$missing fonts-noto-cjk"
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
  if [ "$1" = browser ]; then
    command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ] || missing="$missing chromium"
  fi
  if ! command -v soffice >/dev/null; then # office files wait unconverted without it, everything else works
    office="libreoffice-writer-nogui libreoffice-calc-nogui"
    [ "$(id -u)" = 0 ] && missing="$missing $office" || say "to read office files at the desk: sudo apt-get install -y --no-install-recommends $office"
  fi
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing system packages:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  else
    stop "system packages are missing. Install them and run the same command again:

    sudo apt-get install -y$missing"
  fi
}

find_python() {
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    command -v "$candidate" >/dev/null || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { PYTHON=$candidate; return; }
  done
  stop "Python 3.11 or newer is needed (Debian 12: sudo apt-get install -y python3 python3-venv)"
}

find_node() {
  command -v node >/dev/null && command -v npm >/dev/null || stop "Node.js 20 with npm is needed"
  node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || stop "Node.js 20 or newer is needed, this is $(node --version)"
}

base() {
  [ -x .venv/bin/python ] || { say "creating .venv"; "$PYTHON" -m venv .venv; }
  if ! fresh base requirements/base.txt; then
    say "installing Python packages (requirements/base.txt)"
    .venv/bin/pip install -qq --disable-pip-version-check --require-hashes -r requirements/base.txt
    stamp base requirements/base.txt
  fi
  if ! fresh project pyproject.toml || [ ! -x .venv/bin/tongban ]; then
    say "installing the tongban command"
    .venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null ||
      .venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
    stamp project pyproject.toml
  fi
  assets
}

assets() {
  inputs="package-lock.json tools/build_assets.mjs tools/govuk_entry.mjs tools/icons.txt"
  if fresh assets $inputs && [ -f tongban/web/static/vendor/icons.svg ]; then return; fi
  find_node
  if ! fresh npm package-lock.json || [ ! -d node_modules ]; then
    say "installing npm packages (package-lock.json)"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    stamp npm package-lock.json
  fi
  say "building style sheets, icons and viewer"
  node tools/build_assets.mjs
  stamp assets $inputs
}

dev() {
  fresh dev requirements/dev.txt && return
  say "installing tools for tests and checks (requirements/dev.txt)"
  .venv/bin/pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
  stamp dev requirements/dev.txt
}

find_python
case "${1:-base}" in
  base) system_packages base; base ;;
  dev) system_packages base; base; dev ;;
  browser) system_packages browser; base; dev ;;
  assets) base; rm -f "$STAMPS/assets"; assets ;;
  *) stop "unknown step $1 (base, dev, browser, assets)" ;;
esac
