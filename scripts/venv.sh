#!/usr/bin/env bash
# venv.sh FOLDER "PYTHON VERSIONS" FLAGS LOCK...: a virtual environment from locked, hashed requirements.
# Nothing is done while the locks are the ones installed.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 versions=$2 flags=$3; shift 3
stamp=$(cat "$@" | sha256sum | cut -c1-16)
[ -e "$folder/.ready" ] && [ "$(cat "$folder/.ready")" = "$stamp" ] && exit 0
# shellcheck disable=SC2086
python=$(scripts/find-python.sh $versions)
echo "== $folder: $(grep -hc '^[a-zA-Z]' "$@" | paste -sd+ | bc 2>/dev/null || echo many) packages with $("$python" --version)"
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
start=$SECONDS
(while sleep 10; do echo "   … still installing into $folder, $((SECONDS - start)) s so far"; done) &
ticker=$!
trap 'kill $ticker 2>/dev/null || true' EXIT
for lock in "$@"; do
  # shellcheck disable=SC2086
  if ! "$folder/bin/python" -m pip install -q --disable-pip-version-check --require-hashes $flags -r "$lock" 2>"$folder/install.log"; then
    grep -v '^WARNING: Location' "$folder/install.log" | tail -15 >&2
    echo "Installing $lock failed; the whole log is $folder/install.log. Run it again when the cause is mended." >&2
    exit 1
  fi
done
echo "$stamp" > "$folder/.ready"
echo "   done in $((SECONDS - start)) s"
