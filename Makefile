# Every target does its own set-up: the two commands that matter work from a fresh clone.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PORT ?= 8000
BIN := .venv/bin
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -q
# Browser tests have processes of their own (tests/conftest.py says why); both parts run, whatever the first says.
ALL_TESTS := sh -c 's=0; $(PYTEST) --ignore=tests/e2e || s=1; $(PYTEST) tests/e2e || s=1; exit $$s'
TEST_POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/tongban
export TEST_POSTGRES_URL

.PHONY: help setup setup-dev demo demo-reset lint format types check test test-sqlite test-postgres bench messages assets lock clean

help: ## list the targets
	@echo "Tongban 通办: make TARGET"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

setup: ## install what running needs, nothing else
	@tools/setup.sh base

setup-dev: ## install what tests and checks need as well
	@tools/setup.sh dev

demo: setup ## run the site with demo data on 127.0.0.1 (PORT=8000)
	@exec $(BIN)/tongban demo --port $(PORT)

demo-reset: setup ## throw the demo data away and build it again
	@$(BIN)/tongban demo --reset --no-serve

lint: setup-dev ## style, templates, layers, house rules (under 45 s)
	@echo "→ ruff"; $(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@echo "→ djlint"; $(BIN)/djlint --quiet --lint tongban
	@echo "→ import-linter"; $(BIN)/lint-imports --no-logo >.lint-imports.log || { cat .lint-imports.log; rm .lint-imports.log; exit 1; }; rm .lint-imports.log
	@echo "→ house rules"; $(BIN)/python tools/check_house.py && $(BIN)/python tools/lifecycle_doc.py --check

format: setup-dev ## format the Python sources
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

types: setup-dev ## mypy --strict
	@echo "→ mypy"; $(BIN)/mypy

check: lint types ## lint, types, core tests and the tests touched by your change (under 3 minutes)
	@$(PYTEST) tests/core $$($(BIN)/python tools/touched.py)

test: test-sqlite test-postgres ## everything, browser tests included, on SQLite and PostgreSQL

test-sqlite: ## everything on SQLite
	@tools/setup.sh browser
	@echo "→ all tests on SQLite"
	@env -u DATABASE_URL $(ALL_TESTS)

test-postgres: ## everything on PostgreSQL (TEST_POSTGRES_URL), where it can be reached; CI=true insists
	@tools/setup.sh browser
	@tools/test_postgres.sh $(ALL_TESTS)

bench: setup-dev ## measure speed on SQLite and PostgreSQL, write docs/benchmarks.md (CASES=200 ROUNDS=5 PARTS=…)
	@$(BIN)/python tools/bench.py

messages: setup-dev ## collect the texts of every room for translation
	@$(BIN)/python tools/messages.py

assets: ## build style sheets, icons and viewer again
	@tools/setup.sh assets

lock: ## write the lock files after a change of requirements/*.in or package.json
	@tools/lock.sh

clean: ## remove everything that was built or installed, except var/
	rm -rf .venv node_modules static-built tongban/web/static/vendor tongban.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find tongban -name '*.mo' -delete
