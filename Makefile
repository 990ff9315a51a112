# Users need only `make run`, `make demo` and `make test`. The rest is for builders.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r
LOCK    = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url
PORT   ?= 8501
DEMO   ?= data/demonstration.duckdb

.PHONY: run demo test test-long check bench format lock clean
.DEFAULT_GOAL := run

run: .made/app                 ## set up, make the store, load the plans and serve the Board page
	$(BIN)/python -m tracker init
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

demo: .made/app                ## the same with invented returns, for training; every page says so
	$(BIN)/python -m tracker demo --keep --to $(DEMO)
	TRACKER_STORE=$(DEMO) $(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: .made/dev .made/browser  ## set up and run every test (about a quarter of an hour on two cores)
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered

test-long: .made/dev .made/browser  ## the same, longer: 1,000 kills, thousands of examples
	TRACKER_LONG_TESTS=1 $(BIN)/pytest

check: .made/dev               ## check format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .made/dev               ## measure speed on this machine; docs/benchmarks.md has the results
	$(BIN)/python -m tests.benchmarks.bench

format: .made/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .made/venv               ## after you edit requirements*.txt: choose every package again and write its hashes
	$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	$(LOCK) requirements.txt --output-file requirements.lock
	$(LOCK) --constraint requirements.lock requirements.txt requirements-dev.txt --output-file requirements-dev.lock

clean:                         ## delete what make made, except the store in data/
	rm -rf $(VENV) .made .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

.made/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p .made && touch $@

# Install exactly what the lock files list, checked by hash. A package that was altered is refused.
.made/app: requirements.lock | .made/venv
	$(INSTALL) requirements.lock
	@touch $@

.made/dev: requirements-dev.lock .made/app
	$(INSTALL) requirements-dev.lock
	@touch $@

# The browser tests use a Chromium that is already here, or Debian's, or one that Playwright fetches.
.made/browser: .made/dev
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
	  || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	       && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; } \
	  || $(BIN)/playwright install chromium
	@touch $@
