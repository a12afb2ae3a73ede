# Two commands matter: `make run` and `make test`. Works with GNU make 3.81.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
HOST   ?= 127.0.0.1
PORT   ?= 8000
export HOST PORT
# The tests start many processes: what these import is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test prove interop check format lock install clean bench

help: ## what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: install ## set everything up and start the service with a demo institution
	@$(BIN)/testamur serve --set-up

test: $(VENV)/.test ## set everything up and pass every test (a tenth of the long proofs)
	@$(BIN)/python -m tests.run

prove: $(VENV)/.test ## the long proofs, whole
	@$(BIN)/python -m tests.run --prove

interop: $(VENV)/.test ## an independent implementation verifies what we sign
	@$(BIN)/python -m tests.interop

check: $(VENV)/.test ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test ## what one award and one verification cost
	@$(BIN)/python -m bench

install: $(VENV)/.run ## the environment that the service runs in

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock: $(VENV)/.uv ## work out requirements/ anew from pyproject.toml
	$(UV) pip compile $(LOCK) pyproject.toml -o requirements/run.txt
	$(UV) pip compile $(LOCK) pyproject.toml --extra test -o requirements/test.txt

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Testamur needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# One folder serves both: what the tests need comes on top of what the service needs.
$(VENV)/.run: requirements/run.txt $(VENV)/.uv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/run.txt requirements/uv.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/test.txt requirements/uv.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline --editable .
	@touch $@

clean: ## remove what was made here (never keys/ or the database)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
