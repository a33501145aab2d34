#!/usr/bin/env bash
# offline-bundle.sh FILE.tar: everything that a server without internet needs, in one file: the source as
# committed, all packages of both locks, the front-end files, the trained model, and install.sh, which
# sets it up. Make it on a machine of the same architecture, with the Python versions of the server.
# ONLY=app leaves Rasa's packages out (to renew the application alone).
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath -m "${1:?usage: scripts/offline-bundle.sh FILE.tar}")
[ ! -e "$out" ] || { echo "$out is there already" >&2; exit 1; }
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
bundle=$work/county-door
mkdir -p "$bundle/wheels"

download() { # PYTHON FLAGS ARGUMENTS...: fetch packages with their hashes checked
  local python=$1 flags=$2; shift 2
  # shellcheck disable=SC2086
  "$python" -m pip download -q --disable-pip-version-check $flags -d "$bundle/wheels" "$@"
}

app_python=$(scripts/find-python.sh 3.11 3.12 3.13)
echo "== packages of the application for $("$app_python" --version)"
download "$app_python" "--require-hashes" -r requirements/app.txt
download "$app_python" "" setuptools wheel
if [ "${ONLY:-}" != app ]; then
  rasa_python=$(scripts/find-python.sh 3.11 3.10)
  echo "== packages of Rasa for $("$rasa_python" --version)"
  download "$rasa_python" "--no-deps --ignore-requires-python --require-hashes" -r requirements/rasa.txt
fi

echo "== source, front-end files, model"
git archive --format=tar HEAD | tar -x -C "$bundle"
# Built inside the bundle, so that nothing of this checkout is touched
mkdir -p "$bundle/.venv/bin"
ln -s "$app_python" "$bundle/.venv/bin/python"
(cd "$bundle" && scripts/frontend.sh)
rm -rf "${bundle:?}/.venv" "${bundle:?}/node_modules"
if [ -e models/county.tar.gz ]; then
  cp models/county.tar.gz "$bundle/models/"
else
  echo "   no trained model here; the server will train one (1 to 3 minutes)"
fi
cp deploy/install.sh "$bundle/install.sh"
chmod +x "$bundle/install.sh"
(cd "$bundle" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum) > "$work/SHA256SUMS"
mv "$work/SHA256SUMS" "$bundle/"
tar -C "$work" -cf "$out" county-door
echo "$out: $(du -m "$out" | cut -f1) MB, $(find "$bundle/wheels" -type f | wc -l) packages"
