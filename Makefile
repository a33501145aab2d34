# make run: set up what is missing and start; make test: everything, without root and without services.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export OMP_NUM_THREADS ?= 1
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL ?= 3

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

check:
	@scripts/check-machine.sh

setup: check ## both environments and the front-end libraries
	@scripts/venv.sh .venv "3.11 3.12 3.13" "" requirements/app.txt
	@scripts/venv.sh .venv-rasa "3.11 3.10" "--no-deps --ignore-requires-python" requirements/rasa.txt
	@scripts/frontend.sh

setup-test: setup
	@scripts/venv.sh .venv "3.11 3.12 3.13" "" requirements/app.txt requirements/test.txt

train: setup ## train the model anew
	@scripts/train.sh

run: setup ## set up what is missing, then run everything; Ctrl-C stops it
	@ls models/*.tar.gz >/dev/null 2>&1 || scripts/train.sh
	@exec $(PY) -m bot run

test: setup-test ## all tests; what the machine lacks is skipped and counted
	@ls models/*.tar.gz >/dev/null 2>&1 || scripts/train.sh
	@$(PY) -m pytest -n 2 --dist loadfile

soak: setup-test ## random lifecycles, two at once, killed processes, bad receivers: an hour, with what was found
	@SOAK=1 $(PY) -m pytest -s -m soak

eval: setup-test ## measure the understanding on the set-aside data
	@PYTHONPATH=. .venv/bin/python -m nlu.evaluate

bench: setup-test ## measure speed against named alternatives
	@$(PY) -m bench

lint: setup-test ## style of the code
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

lock: ## write the locked requirements anew (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python $(PY) requirements/app.in -o requirements/app.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python $(PY) requirements/test.in -o requirements/test.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.10 --override requirements/rasa-overrides.txt requirements/rasa.in -o requirements/rasa.txt

.PHONY: help check setup setup-test train run test soak eval bench lint lock
