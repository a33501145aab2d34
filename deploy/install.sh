#!/usr/bin/env bash
# Sets up an unpacked offline bundle, without internet: checks it, then builds both environments from it.
# Run it in the unpacked folder, as the user that will own the installation; then `make run`, or the
# systemd unit of deploy/.
set -euo pipefail
cd "$(dirname "$0")"
echo "== checking the bundle"
sha256sum --quiet -c SHA256SUMS
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/wheels
scripts/check-machine.sh
scripts/venv.sh .venv "3.11 3.12 3.13" "" requirements/app.txt
if ls wheels/rasa-3* >/dev/null 2>&1; then
  scripts/venv.sh .venv-rasa "3.11 3.10" "--no-deps --ignore-requires-python" requirements/rasa.txt
fi
echo "== done; start it with: make run"
