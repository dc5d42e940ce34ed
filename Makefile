# Everything runs from here on a machine that has python3 (3.11 or newer) and make, nothing else.
# All set-up noise goes to stderr: stdout belongs to the command, which may print JSON.

PYTHON ?= python3
ARGS ?=

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo run test check format docs bench screenshots chaos fuzz lock clean setup

UV := .uv/bin/uv
PY := .venv/bin/python
STAMP := .venv/.installed

# The environment is this folder's own, whatever is active around it; the machine's
# Python and certificates are used, none is downloaded.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export UV_SYSTEM_CERTS := true
ifeq ($(strip $(HOME)),)
export UV_CACHE_DIR ?= $(CURDIR)/.uv/cache
endif

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile
	@echo 'ARGS="..." is handed on: make demo ARGS="--exit -o json", make test ARGS="-k clocks"'
	@echo 'From another folder, with clean output: make -sC FOLDER demo ARGS="--exit -o json"'

demo: $(STAMP) ## the sample claims through the real system, in virtual time
	@$(PY) starter.py demo $(ARGS)

run: $(STAMP) ## the whole system on this machine; claims live in var/ and survive a restart
	@$(PY) starter.py up $(ARGS)

test: $(STAMP) ## all tests
	@$(PY) -m pytest $(or $(strip $(ARGS)),-n 2)

check: $(STAMP) ## lint, format, types, import directions, spelling
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m codespell_lib

format: $(STAMP) ## put the code into shape
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

docs: $(STAMP) ## what is generated for authors of playbooks: schema and reference
	@$(PY) starter.py playbook schema --write playbooks/schema/playbook.schema.json
	@$(PY) starter.py playbook reference --write docs/playbook-reference.md

bench: $(STAMP) ## what a claim costs, and how many complete per second
	@$(PY) -m bench $(ARGS)

rehearsals: $(STAMP) ## five hundred drawn cases through the real workflow, held against their simulations
	@REHEARSALS=$${REHEARSALS:-500} $(PY) -m pytest tests/integration/test_cases.py --timeout=0 $(ARGS)

screenshots: $(STAMP) ## every page of the board as a picture in build/, the chosen ones in docs/screenshots
	@$(PY) -m tests.support.screenshots $(ARGS)

chaos: $(STAMP) ## every injected fault, counted; writes docs/faults.md
	@$(PY) -m tests.chaos $(ARGS)

cross-check: $(STAMP) ## random playbooks by brute force against the proof: false accepts, false refusals
	@$(PY) -m tests.support.brute $(ARGS)

fuzz: $(STAMP) ## nightly: 20,000 mutated mails through the reader, new ones each time
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-20000} $(PY) -m pytest tests/unit/mail/test_read_fuzz.py \
		--hypothesis-profile=search --timeout=0 $(ARGS)

setup: $(STAMP) ## the environment in .venv, and nothing more
	@:

lock: $(UV) ## write requirements/*.txt anew; ARGS=--upgrade takes newer releases
	@cd requirements && ../$(COMPILE) uv.in -o uv.txt
	@cd requirements && ../$(COMPILE) runtime.in -o runtime.txt
	@cd requirements && ../$(COMPILE) -c runtime.txt dev.in -o dev.txt

clean: ## remove all that make made; the claims in var/ stay
	@rm -rf .venv .uv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): $(UV) requirements/dev.txt requirements/runtime.in pyproject.toml
	@echo 'setting up .venv ...' >&2
	@$(PY) -c '' 2>/dev/null || $(UV) venv --quiet --clear --python "$(PYTHON)" .venv >&2
	@$(UV) pip sync --quiet --compile-bytecode --python $(PY) --require-hashes requirements/dev.txt >&2
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --offline \
		--editable . >&2
	@touch $@

# uv comes through pip, by hash. Some systems split venv or pip from python3: take what is there.
$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Python 3.11 or newer is needed, "$(PYTHON)" is not. Try: make PYTHON=python3.12' >&2; exit 1; }
	@echo 'fetching uv ...' >&2
	@rm -rf .uv
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		$(PYTHON) -m venv .uv >&2 && .uv/bin/python -m pip install $(PIP_FLAGS) -r requirements/uv.txt >&2; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m pip install $(PIP_FLAGS) --target .uv -r requirements/uv.txt >&2; \
	else \
		echo 'python3 has neither venv nor pip. On Debian or Ubuntu: apt install python3-venv' >&2; exit 1; \
	fi
	@touch $@

PIP_FLAGS := --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes
