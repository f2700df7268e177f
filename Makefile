# `make` alone says what there is to do. Everything lands in this folder; nothing needs root.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHONS := python3.13 python3.12 python3.11 python3 python
BIN := .venv/bin
INSTALLED := .venv/installed
TEST_TOOLS := tests/node_modules/installed
BENCH_TOOLS := .venv/installed-bench

# The web app, once there is one.
ifneq ($(wildcard web/package-lock.json),)
WEB_TOOLS := web/node_modules/installed
WEB := web/dist/built
WEB_SOURCES := $(shell find web -name node_modules -prune -o -path web/dist -prune -o -type f -print)
endif

HAS_NODE = node --version >/dev/null 2>&1 && npm --version >/dev/null 2>&1
NPM_CI = npm ci --silent --no-audit --no-fund
# A step that says one line when all is well, and everything when it is not.
define step
@printf '%s\n' "$(1)"
@said=$$($(2) 2>&1) || { printf '%s\n' "$$said"; exit 1; }
endef

.PHONY: help install run demo test lint format schema bench chaos lock clean web-if-possible needs-node

help: ## Say what there is to do
	@printf 'Reunify. `make run` starts it, `make test` tries it; both set up what is missing.\n\n'
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

install: $(INSTALLED) web-if-possible ## Set up everything, and start nothing

run: $(INSTALLED) web-if-possible ## Set up, and start the product on its embedded database, in ./data
	@$(BIN)/reunify serve

demo: $(INSTALLED) web-if-possible ## Set up, and play a simulated hurricane on a throw-away database
	@$(BIN)/reunify demo

test: needs-node $(INSTALLED) $(TEST_TOOLS) $(WEB) ## Set up, and run every test; ARGS='-k name' for some
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))') $(ARGS)

lint: $(INSTALLED) ## Check style, types, layers, the schema file and the page of the policy
	$(call step,Style (ruff),$(BIN)/ruff check .)
	$(call step,Format (ruff),$(BIN)/ruff format --check .)
	$(call step,Types (mypy),$(BIN)/mypy)
	$(call step,Layers (import-linter),$(BIN)/lint-imports)
	$(call step,Schema,$(BIN)/reunify schema --check)
	$(call step,Access page,$(BIN)/reunify access --check)

format: $(INSTALLED) ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

schema: $(INSTALLED) ## Write graphql/schema.graphql and docs/ACCESS.md anew
	@$(BIN)/reunify schema
	@$(BIN)/reunify access

bench: $(BENCH_TOOLS) ## Measure, and write bench/RESULTS.md; QUICK=1 for a short form, PARTS=speed for some
	@QUICK=$(QUICK) $(BIN)/python -m tests.bench $(PARTS)

chaos: $(INSTALLED) ## The long runs: kills, races, key rotation, fuzzing; QUICK=1 for a short form, PARTS=schema for some
	@QUICK=$(QUICK) $(BIN)/python -m tests.chaos $(PARTS)

lock: ## Resolve the dependencies of pyproject.toml anew, into the lock files
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && python=$$($(FIND_PYTHON)) \
	&& "$$python" -m venv "$$folder" && "$$folder/bin/pip" install --quiet uv \
	&& compile="$$folder/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header" \
	&& $$compile --extra embedded --extra demo --extra plots --extra dev pyproject.toml -o requirements.lock \
	&& $$compile --constraint requirements.lock pyproject.toml -o deploy/requirements.lock \
	&& $$compile --constraint requirements.lock --all-extras pyproject.toml -o bench/requirements.lock \
	&& echo 'requirements.lock, deploy/requirements.lock and bench/requirements.lock are up to date.'

clean: ## Remove all that was set up or built; ./data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@rm -rf tests/node_modules tests/artefacts web/node_modules web/dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that really runs (a version manager's stand-in may be there and fail), and is new enough.
FIND_PYTHON = for name in $(PYTHON) $(PYTHONS); do \
	"$$name" -c 'import sys, ensurepip, venv; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo "$$name" && exit; done; echo 'Python 3.11 or later was not found: install it, or name it as in make PYTHON=/path/to/python.' >&2; exit 1

# The project itself is put on the path by a file: it is never built, and so needs nothing from a registry.
$(INSTALLED): requirements.lock
	@python=$$($(FIND_PYTHON)) && { $(BIN)/python -c '' 2>/dev/null || { rm -rf .venv && echo "Making .venv with $$("$$python" --version)" && "$$python" -m venv .venv; }; }
	@echo 'Installing the Python packages (a minute or two the first time)'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes --requirement requirements.lock
	@pwd > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/reunify.pth"
	@printf '%s\n' "#!$$(pwd)/$(BIN)/python" 'import sys' 'from backend.__main__ import main' 'sys.exit(main())' > $(BIN)/reunify
	@chmod +x $(BIN)/reunify
	@touch $@

$(BENCH_TOOLS): bench/requirements.lock $(INSTALLED)
	@echo 'Installing what the matcher is measured beside'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes --requirement $<
	@touch $@

$(TEST_TOOLS): tests/package-lock.json
	@echo "Installing the tests' Node packages"
	@cd tests && $(NPM_CI)
	@touch $@

$(WEB_TOOLS): web/package-lock.json
	@echo "Installing the web app's Node packages"
	@cd web && $(NPM_CI)
	@touch $@

$(WEB): $(WEB_TOOLS) $(WEB_SOURCES)
	@echo 'Building the web app'
	@cd web && npm run --silent build >/dev/null
	@touch $@

web-if-possible:
	@if $(HAS_NODE); then $(if $(WEB),$(MAKE) -s $(WEB),true); else \
	echo 'Node.js was not found, so the web app is left out: install Node.js 20 or later to have it.'; fi

needs-node:
	@$(HAS_NODE) || { echo 'Node.js was not found, and the tests need it: install Node.js 20 or later.' >&2; exit 1; }
