# `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export CATALOG_CONFIG ?= $(CURDIR)/catalog.yaml

.DEFAULT_GOAL := help
.PHONY: help install demo up test lint unit thorough test-external docs bench faults clean lock

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 15

install: $(READY) ## Make the virtual environment and install everything into it

$(READY): requirements.lock pyproject.toml setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(READY) ## Three days of simulated feeds through everything, into the warehouse
	@$(BIN)/catalog demo

up: $(READY) ## Start Dagster (http://127.0.0.1:3000) and the review page (:3001) on the same home
	@$(BIN)/catalog up

test: $(READY) lint unit ## All checks and tests, offline

lint: $(READY) ## Ruff and mypy
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy catalog_assets resources sensors

unit: $(READY) ## The tests alone
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

thorough: $(READY) ## The tests, with all examples of the costly properties
	@THOROUGH=1 $(BIN)/python -m pytest -n 2 --dist loadgroup

test-external: $(READY) ## Label Studio, against a real server in an environment of its own (minutes, needs the network)
	@$(BIN)/python tests/external/environment.py

docs: $(READY) ## Write docs/tables.md from the column registry
	@$(BIN)/python -c "from catalog_assets.vocabulary.columns import reference; print(reference(), end='')" > docs/tables.md

bench: $(READY) ## The pipeline's time and memory for 1M products
	@$(BIN)/python benchmarks/pipeline.py --products 1000000

lock: $(READY) ## Resolve the dependencies anew (needs uv)
	uv pip compile --quiet --no-emit-index-url --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock

faults: $(READY) ## Law 2 in full: killed at every commit boundary and at 50 random instants (two hours)
	@FAULT_ORDERS=20 FAULT_KILLS=0 FAULT_INSTANTS=50 $(BIN)/python -m pytest tests/faults -x -v -n 2 --dist loadgroup

clean: ## Remove the demo's home (.catalog); the environment stays
	rm -rf .catalog
