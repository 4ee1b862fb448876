# `make help` lists the targets. Everything runs in a virtual environment of the project's own, .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
OUT ?= build

.DEFAULT_GOAL := help
.PHONY: help catalogue test lint types unit bench docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

catalogue: $(STAMP) ## crawl the starter list, build the site and the dataset
	@$(BIN)/catalogue crawl --db $(OUT)/catalogue.db
	@$(BIN)/catalogue build --db $(OUT)/catalogue.db --out $(OUT)/site
	@$(BIN)/catalogue export --db $(OUT)/catalogue.db --out $(OUT)/data
	@printf '\nOpen it:  %s\n' "$(BIN)/catalogue serve $(OUT)/site"

test: lint types unit ## lint, types and every test

lint: $(DEV_STAMP) ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_STAMP) ## mypy, strict
	$(BIN)/mypy

unit: $(DEV_STAMP) ## every test, with branch coverage
	$(BIN)/pytest --cov --cov-report=term:skip-covered

bench: $(DEV_STAMP) ## measure, and write the tables under build/bench
	$(BIN)/python -m benchmarks --out $(OUT)/bench

docs: $(DEV_STAMP) ## write the generated pages anew
	$(BIN)/catalogue docs --write

clean: ## remove the environment and everything built
	rm -rf $(VENV) $(OUT)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "needs Python 3.11 or newer as '$(PYTHON)' (set PYTHON=...)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "needs Python's venv module (Debian: python3-venv)" >&2; exit 1; }
	@command -v git >/dev/null || { echo "needs git" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(DEV_STAMP): $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
