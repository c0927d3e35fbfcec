# Two commands on a fresh machine: `make run` and `make test`. They need git, make and Python 3.11+, nothing else.
#   make run ARGS="--port 9000 --ephemeral"      make test ARGS="-k window"      make PYTHON=python3.13 test

PYTHON ?= python3
ARGS ?=
WORKERS ?= auto
UV ?= uv

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test check mutants n8n docs format lock image-check bench bench-studio peers soak fuzz clean

help: ## Show the targets.
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: $(VENV)/.run ## Serve the sandbox; ARGS go to `mockpars serve`.
	@$(BIN)/python -m compileall -q mockpars
	@exec $(BIN)/mockpars serve $(ARGS)

test: $(VENV)/.dev ## Run the tests; ARGS go to pytest.
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(VENV)/.dev ## Linters, format, strict types, import arrows, freshness of generated pages.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(if $(wildcard mockpars/docs.py),$(BIN)/python -m mockpars.docs --check)

mutants: $(VENV)/.dev ## Hold the impostors to the suite and the client check, and print the score.
	$(BIN)/python -m tests.impostors.run $(ARGS)

n8n: $(VENV)/.dev ## Run the n8n workflows headless, and through the client check (installs n8n; takes half an hour).
	$(BIN)/python examples/n8n/run_headless.py --folder build/n8n --table docs/n8n.md
	$(BIN)/python examples/n8n/client_check.py --folder build/n8n --table docs/n8n.md

docs: $(VENV)/.run ## Write the generated pages anew.
	$(BIN)/python -m mockpars.docs

format: $(VENV)/.dev ## Format the code and fix what the linter can.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The dev lock comes first and the others follow it, so that one environment can hold all three.
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --quiet --custom-compile-command "make lock"
lock: ## Pin every dependency anew (needs uv; UPGRADE=1 takes the newest releases).
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev --output-file requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock
	$(LOCK) --constraint requirements-dev.lock --extra run --output-file requirements-run.lock

image-check: ## Build the container image and try it, without a container engine (Debian, as root; else skipped).
	@$(PYTHON) container/check.py $(ARGS)

bench: $(VENV)/.run ## Measure what serving costs; ARGS go to benchmarks/run.py.
	@$(BIN)/python benchmarks/run.py $(ARGS)

bench-studio: $(VENV)/.run ## Measure the studio at 100,000 records; ARGS go to benchmarks/studio.py.
	@$(BIN)/python benchmarks/studio.py $(ARGS)

peers: $(VENV)/.run ## Measure beside Mountebank, WireMock, MockServer and Mockoon (needs npm and Java 17).
	@$(BIN)/python benchmarks/peers/compare.py $(ARGS)

soak: $(VENV)/.dev ## Hours of trouble in minutes; ARGS name phases or --scale (see docs/reliability.md).
	$(BIN)/python -m benchmarks.soak $(ARGS)

fuzz: $(VENV)/.dev ## Explore the served description with Schemathesis at length; FUZZ is the number of examples.
	MOCKPARS_FUZZ=$(or $(FUZZ),200) $(BIN)/python -m pytest -n $(WORKERS) --dist load tests/schemathesis $(ARGS)

advisories: $(VENV)/.dev ## Hold the lock files against the advisories and yanks that the package index knows.
	$(BIN)/python -m benchmarks.soak.audit $(ARGS)

clean: ## Remove the environment and what the tools left behind.
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What the lock pins, plus the project itself in place. Start-up matters, so bytecode is written here once, whatever
# PYTHONDONTWRITEBYTECODE says.
$(VENV)/.run: $(VENV)/.python pyproject.toml requirements.lock requirements-run.lock
	@echo "Installing mockpars into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(VENV)/lib
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "Installing the development tools into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit("mockpars needs Python 3.11 or newer, and this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@touch $@
