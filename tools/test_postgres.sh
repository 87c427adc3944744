#!/bin/sh
# Runs the given test command on PostgreSQL: the one at TEST_POSTGRES_URL if it answers, else a throw-away cluster
# made with the PostgreSQL programs of this machine. With CI=true one of them must be had (as root it is installed).
set -eu
cd "$(dirname "$0")/.."

answers() {
  .venv/bin/python - "$1" <<'PY'
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg

url = urlsplit(sys.argv[1])
place = f"{url.hostname}:{url.port or 5432}"
try:
    with psycopg.connect(urlunsplit(url._replace(scheme="postgresql", path="/postgres")), connect_timeout=3) as db:
        version = db.info.server_version // 10000
except psycopg.OperationalError:
    sys.exit(f"  no PostgreSQL answers at {place}")
if version < 15:
    sys.exit(f"  PostgreSQL {version} answers at {place}, 15 or newer is needed")
PY
}

programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

throw_away_cluster() {
  bin=$(programs)
  folder=$(mktemp -d)
  [ "$(id -u)" != 0 ] || chown postgres "$folder"
  port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  # The current directory may not be readable for the user postgres.
  (cd "$folder" && as_postgres "$bin/initdb" -D "$folder/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null)
  (cd "$folder" && as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start >/dev/null -o \
    "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off")
  # shellcheck disable=SC2064
  trap "cd / && $(command -v runuser >/dev/null && [ "$(id -u)" = 0 ] && echo 'runuser -u postgres --') '$bin/pg_ctl' -D '$folder/data' -m immediate stop >/dev/null; rm -rf '$folder'" EXIT
  trap 'exit 130' INT TERM HUP
  url="postgres://postgres@127.0.0.1:$port/tongban"
}

url=$TEST_POSTGRES_URL
if ! answers "$url"; then
  if [ -z "$(programs)" ] && [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "→ installing PostgreSQL"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
  fi
  if [ -n "$(programs)" ]; then
    echo "→ starting a throw-away PostgreSQL"
    throw_away_cluster
  elif [ "${CI:-}" = true ]; then
    echo "CI=true insists on PostgreSQL: install it, or name one in TEST_POSTGRES_URL" >&2
    exit 1
  else
    echo "→ tests on PostgreSQL left out: none is reachable (install postgresql, or set TEST_POSTGRES_URL)"
    exit 0
  fi
fi
echo "→ all tests on PostgreSQL"
# What the tests keep is thrown away; only the machine's disk would notice that a commit does not wait for it.
export PGOPTIONS="-c synchronous_commit=off"
DATABASE_URL=$url "$@"
