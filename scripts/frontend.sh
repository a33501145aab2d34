#!/usr/bin/env bash
# Gets the front-end libraries from npm by the lock file and copies what is served to bot/static/vendor.
set -euo pipefail
cd "$(dirname "$0")/.."
out=bot/static/vendor
stamp=$(cat package-lock.json bot/static/icons.txt scripts/sprite.py | sha256sum | cut -c1-16)
[ -e $out/.ready ] && [ "$(cat $out/.ready)" = "$stamp" ] && exit 0
echo "== front-end libraries"
npm ci --ignore-scripts --no-progress --loglevel=error
rm -rf $out && mkdir -p $out
cp node_modules/@tabler/core/dist/css/tabler.min.css node_modules/@tabler/core/dist/js/tabler.min.js $out/
cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.min.js $out/
.venv/bin/python scripts/sprite.py node_modules/@tabler/icons/icons/outline bot/static/icons.txt > $out/icons.svg
for file in $out/*.css $out/*.js $out/*.svg; do gzip -9kn "$file"; done
echo "$stamp" > $out/.ready
