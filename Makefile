# Every target sets up what it needs: a bare machine with Python >= 3.11 and make is enough.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PACKAGES := core store migrations crawlers sentiment metrics alerts api pipeline
CHECKED := $(PACKAGES) tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow check fix docs bench lock clean

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/use: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -e .
	@touch $@

.venv/dev: .venv/use
	$(PIP) -e '.[dev]'
	@touch $@

# torch by its exact version: any other way of asking may bring gigabytes of CUDA
.venv/train: .venv/dev
	$(PIP) torch==2.13.0
	$(PIP) -e '.[train]'
	@touch $@

.venv/browser: .venv/dev
	$(PIP) -e '.[browser]'
	@touch $@

setup: .venv/use ## make .venv with a working .venv/bin/afterword
	@echo "ready: $(BIN)/afterword --help"

demo: .venv/use ## run the whole cycle on the sample chain and serve its gap report on 127.0.0.1:8000
	$(BIN)/afterword demo

test: .venv/dev ## the fast tests: offline, no server, no GPU
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: .venv/train .venv/browser ## the slow tests: PostgreSQL, real servers to crawl, a browser, training
	tests/chromium.sh tests/postgres.sh $(BIN)/python -m pytest -m slow

check: .venv/dev ## what CI checks: format, lint, types, layers, tests with coverage
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

fix: .venv/dev ## format, and mend what ruff can mend safely
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

docs: .venv/use ## write the table of sources in docs/data.md from the sources themselves
	$(BIN)/python -m crawlers.catalogue docs/data.md

bench: .venv/dev ## measure: each script prints ours, a peer's figure of the same run, and the ratio
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

lock: .venv/train .venv/browser ## write constraints.txt from what is installed now
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' | grep -v '@' | LC_ALL=C sort -f > constraints.txt

clean: ## forget .venv and what tests leave behind
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
