# Two commands are enough: `make demo` and `make test`. Everything they need goes into .venv and var/.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { echo $$p; exit; }; done; echo python3)
BIN := .venv/bin
ARGS ?=
# One more than there are cores: many tests wait for a server, a time-out or a browser.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
# The heart of it once more with our own database on PostgreSQL; `make test-slow` runs everything there.
OWN_DATABASE := tests/cases
# A few failures are asked again, alone, and named (docs/decisions/087).
AGAIN := $(BIN)/python -m tests.again
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-slow bench lint format venv venv-run

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

demo: venv-run ## run the demo with invented subscribers (stops with Ctrl-C); ARGS="--port 8080"
	@exec $(BIN)/python manage.py demo $(ARGS)

demo-reset: venv-run ## the same, after throwing the demo's data away
	@exec $(BIN)/python manage.py demo --reset $(ARGS)

test: venv ## the fast tests, in random order on all cores; ARGS="tests/law -k clock"
	$(AGAIN) -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)
	$(if $(ARGS),,$(BIN)/python -m tests.with_postgres $(AGAIN) -n $(WORKERS) --dist worksteal -m "not slow and not browser" $(OWN_DATABASE))

test-slow: venv ## the long tests (a run that finds none is fine)
	$(AGAIN) -n $(WORKERS) --dist worksteal -m slow $(ARGS) || [ $$? -eq 5 ]
	$(if $(ARGS),,$(BIN)/python -m tests.with_postgres $(AGAIN) -n $(WORKERS) --dist worksteal tests/cases tests/work tests/journeys tests/fulfil tests/delivery tests/portal tests/desk tests/chaos tests/vault tests/marketing tests/uploads tests/inbound tests/owners tests/redaction tests/reports tests/staff tests/scenarios tests/api tests/recipients tests/traps tests/browser/journeys/test_sc01_access.py tests/browser/journeys/test_sc03_erasure.py)

bench: venv ## every measurement, a line each; one alone: make bench-clock
	@$(BIN)/python -m bench

bench-%: venv
	@$(BIN)/python -m bench.$*

lint: venv ## style, types, import direction, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run

format: venv ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

venv: ## .venv with everything for development, and the system packages when run as root
	@$(PYTHON) -m dsr.demo.bootstrap dev

venv-run:
	@$(PYTHON) -m dsr.demo.bootstrap run
