# The two that matter: `make demo` shows the product, `make test` tests it. Both set up what they need in .venv.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 ; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break ; done)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check lint types layers fix stubs schema docs bench outside fuzz wheel clean help

help:  ## Show what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 10

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "ptc needs Python 3.11 or newer, and found none. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing ptc and what it needs (about half a minute)"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	@echo "Installing what the tests need"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

demo: $(VENV)/.installed  ## Set up, and show the main job on the servers that ship with the package
	@$(BIN)/ptc demo

test: $(VENV)/.installed-dev  ## Run the tests
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: lint types layers test  ## All that a change must pass

lint: $(VENV)/.installed-dev  ## Look at style
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.installed-dev  ## Check types
	@$(BIN)/mypy

layers: $(VENV)/.installed-dev  ## Check that imports run downward
	@$(BIN)/lint-imports

fix: $(VENV)/.installed-dev  ## Format and repair
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

stubs: $(VENV)/.installed  ## Write the tree of the demo servers anew
	@rm -rf stubs
	@PTC_HOME=$$(mktemp -d) PTC_PYTHON=$(BIN)/python $(BIN)/ptc --config examples/ptc.toml stubs export stubs

schema: $(VENV)/.installed  ## Write the schema of ptc.toml anew
	@$(BIN)/python -m ptc_cli.config.schema > config/ptc.schema.json

docs: $(VENV)/.installed-dev  ## Write the reference of commands and answers, and the pictures, anew
	@$(BIN)/python -m tests.pages

outside: $(VENV)/.installed-dev  ## Have outside judges and clients try us; needs npm, and fetches packages
	@$(BIN)/python -m pytest -n 2 --dist loadfile --timeout 900 tests/outside

bench: $(VENV)/.installed-dev  ## Measure: medians, p99 and spread, with the machine
	@$(BIN)/python -m tests.benchmarks

fuzz: $(VENV)/.installed-dev  ## Throw broken commands at the shell, and harm the checker as it works: a minute each
	@$(BIN)/python -m tests.fuzz_shell --seconds 60
	@$(BIN)/python -m tests.stress_check --seconds 60

wheel: $(VENV)/.installed-dev  ## Build the wheel into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## Remove what was built
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
