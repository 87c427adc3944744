#!/bin/sh
# Writes requirements/*.txt (every version with its hashes) and package-lock.json from requirements/*.in and
# package.json. Run by `make lock` after a change of those; `make lock UPGRADE=1` also takes newer versions.
set -eu
cd "$(dirname "$0")/.."
tools_venv=$(mktemp -d)
trap 'rm -rf "$tools_venv"' EXIT
python3 -m venv "$tools_venv"
"$tools_venv/bin/pip" install -q pip-tools
for name in base dev; do
  "$tools_venv/bin/pip-compile" -q ${UPGRADE:+--upgrade} --generate-hashes --strip-extras --no-annotate --no-header \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o "requirements/$name.txt" "requirements/$name.in"
done
npm install --package-lock-only --ignore-scripts
node - <<'JS'
// Addresses of registries and sponsors say nothing about what is installed; the integrity hashes stay.
const fs = require("fs");
const lock = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.resolved;
}
fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
JS
if grep -nE 'https?://|"resolved"|index-url' requirements/*.txt package-lock.json; then
  echo "lock: an address stands in a lock file" >&2
  exit 1
fi
