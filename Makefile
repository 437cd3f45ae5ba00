# `make run` and `make test` set up .venv from the lock by themselves; a second call starts at once.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: run test quick lint bench clean lock
.DELETE_ON_ERROR:

run: $(READY)            ## raw/ -> a new version in curated/
	$(BIN)/copydesk run

test: $(READY)           ## the whole test suite
	$(BIN)/python -m pytest

quick: $(READY)          ## the tests of single rooms, the loop while you write
	$(BIN)/python -m pytest -m unit

lint: $(READY)           ## ruff (lint and format) and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)          ## speed on this machine, with quality where the scorers lie beside the project
	$(BIN)/python -m bench

clean:                   ## what can be made again; versions in curated/ stay
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis curated/.cache curated/.staging
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock:                    ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --quiet \
		--extra dev --python-version 3.11 pyproject.toml -o requirements.lock

# The stamp is removed first and touched last, so an interrupted set-up is picked up by the next call.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "copydesk needs Python 3.11 or newer; no '$(PYTHON)' was found (make PYTHON=/path/to/python3.12)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "copydesk needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1) (make PYTHON=/path/to/python3.12)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' lacks the venv module: install it (Debian: apt-get install python3-venv)"; exit 1; }
	@rm -f $(READY)
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $(READY)
