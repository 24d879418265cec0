# make demo   installs into .venv, runs two nights of the sample, shows what came of it
# make test   installs what tests need and runs them all
# make fuzz   delivers ten thousand malformed files to the readers; FILES=… SEED=… name others
# Needs Python 3.11 or newer and make; PYTHON=… names another interpreter.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INBOX := data/sample/inbox
OLDER := $(VENV)/older-duckdb
CDNOW := $(VENV)/cdnow

.PHONY: demo test lint docs fuzz clean
.DEFAULT_GOAL := demo

$(VENV)/pip.stamp:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found. make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade "pip>=25.1"
	@touch $@

$(VENV)/install.stamp: $(VENV)/pip.stamp pyproject.toml constraints.txt
	@echo "installing omnichannel-cdp (a minute or two, once)"
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/install.stamp
	@echo "installing what tests need"
	@$(PIP) install --constraint constraints.txt --group dev
	@$(PIP) install --upgrade --no-deps --target $(OLDER) "duckdb==1.4.4"
	@$(PIP) install --upgrade --no-deps --target $(CDNOW) "Lifetimes==0.11.3"
	@touch $@

# Exit code 4 means: done, with warnings. The sample holds planted dirt, so that is right here.
demo: $(VENV)/install.stamp
	$(BIN)/cdp run --inbox $(INBOX)/night1 --date 2026-05-31 || [ $$? -eq 4 ]
	$(BIN)/cdp run --inbox $(INBOX)/night2 --date 2026-06-01 || [ $$? -eq 4 ]
	@customer=$$($(BIN)/cdp query --format csv "select email from profiles where email is not null \
		order by (count_orders_store > 0)::int + (count_orders_web > 0)::int + (count_open_tickets > 0)::int \
		+ has_card::int + (last_nps_score is not null)::int desc, count_orders desc, customer_id limit 1" \
		| tail -n 1) && echo "$(BIN)/cdp customer show $$customer" && $(BIN)/cdp customer show "$$customer"
	$(BIN)/cdp segment count store_and_online_180d
	@echo "Published file: $$(readlink -f data/serve/current)"

test: lint
	CDP_OLDER_DUCKDB=$(OLDER) CDP_CDNOW=$(CDNOW) $(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/dev.stamp
	$(BIN)/python docs/generate.py

fuzz: $(VENV)/dev.stamp
	$(BIN)/python tests/ingest/fuzz.py --files $(or $(FILES),10000) --seed $(or $(SEED),1)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find cdp tests docs -name __pycache__ -type d -prune -exec rm -rf {} +
