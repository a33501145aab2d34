#!/usr/bin/env bash
# Trains the matcher and the Rasa model from data/; deterministic, 1 to 3 minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
export RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 OMP_NUM_THREADS=1
start=$SECONDS
echo "== training the model (1 to 3 minutes)"
.venv/bin/python -m nlu.retrieval.train
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
RASA_CACHE_DIRECTORY=$cache .venv-rasa/bin/rasa train --force \
  --data data/nlu data/rules data/stories --config config.yml --domain domain.yml --out models \
  --fixed-model-name county 2>&1 | grep -vE 'Warning|warn|DeprecationWarning' || { echo "training failed" >&2; exit 1; }
[ -s models/county.tar.gz ]
echo "   trained in $((SECONDS - start)) s"
