# One-Way Trade. Works with GNU make 3.81 (macOS) and newer, and needs Python 3.11 or newer besides.
# Another Python than `python3`: make PYTHON=/path/to/python3.12 run

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# Two processes, and each group of tests in one of them, mostly a file, since it shares what it has executed; groups
# and order are those of tests/conftest.py, the longest first.
TESTS ?= -n 2 --dist loadgroup --no-loadscope-reorder
# Options of onewaytrade site: make site SITE='--address https://example.org/'
SITE ?=

# What is installed: the packages of the lock, and then the project itself. Hashes and an editable install
# do not go into one call of pip.
LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
# Without compiling what may never be imported: Python compiles each module when it first is.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile --no-deps

# ... and keeps it, whatever the caller's environment says: else each of many processes compiles all of it again.
unexport PYTHONDONTWRITEBYTECODE

# An environment that was moved, or whose Python is gone, is made anew, as is one that was never finished.
SOUND := $(shell $(BIN)/python -c '' 2>/dev/null && test "$$(cat $(LOCKED) 2>/dev/null)" = "$$(pwd -P)" && echo yes)
ifneq ($(SOUND),yes)
.PHONY: $(LOCKED)
endif

.DEFAULT_GOAL := help
.PHONY: help run test variants bench lab teach site site-lite serve lint format lock clean

help: ## Say what there is to make.
	@sed -n 's/^\([a-z-]*\):.*## /make \1|/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-12s %s\n' "$$name" "$$text"; done

run: $(INSTALLED) ## Execute all notebooks, judge the claims, and make the website.
	$(BIN)/onewaytrade run
	$(BIN)/onewaytrade site $(SITE)
	@echo 'The website: build/site/index.html (make serve shows it)'

test: $(INSTALLED) ## Run all tests.
	$(BIN)/python -m pytest $(TESTS)

variants: $(INSTALLED) ## Execute every notebook with many other parameters (some minutes).
	ONEWAYTRADE_EVERY_VARIANT=1 $(BIN)/python -m pytest -n 2 tests/notebooks/test_variants.py tests/browser/test_lite_pages.py

bench: $(INSTALLED) ## Measure how fast all is, beside plain papermill (BENCH=quick: less of it).
	$(BIN)/python benchmarks/bench.py $(if $(BENCH),--$(BENCH))

lab: $(INSTALLED) ## Open the notebooks in JupyterLab.
	$(BIN)/jupyter lab notebooks

site: $(INSTALLED) ## Make the website of the notebooks executed last.
	$(BIN)/onewaytrade site $(SITE)

teach: $(INSTALLED) ## Make the lessons: for students, solutions, slides, handouts.
	$(BIN)/onewaytrade teach

site-lite: $(INSTALLED) ## Make the lessons, JupyterLite of them, and the website with both.
	$(BIN)/onewaytrade teach
	$(BIN)/onewaytrade site-lite
	$(BIN)/onewaytrade site $(SITE)

serve: $(INSTALLED) ## Show the website at port 8000 of this machine.
	$(BIN)/onewaytrade serve

lint: $(INSTALLED) ## Check style and types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(INSTALLED) ## Mend style where a machine can.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: ## Bring requirements.lock in step with pyproject.toml (needs uv).
	@command -v uv >/dev/null || { echo 'make lock needs uv on the path.' >&2; exit 1; }
	uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --all-extras pyproject.toml -o requirements.lock

clean: ## Remove everything that make has made.
	rm -rf build dist $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find src tests -name __pycache__ -prune -exec rm -rf {} +

$(INSTALLED): $(LOCKED) pyproject.toml
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(LOCKED): requirements.lock
	@command -v $(PYTHON) >/dev/null || { \
		echo 'Python 3.11 or newer is needed, and there is no $(PYTHON): make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Python 3.11 or newer is needed, and $(PYTHON) is older: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@echo 'Installing the packages of requirements.lock (once, a minute or two) ...'
	$(INSTALL) --require-hashes --requirement requirements.lock
	@pwd -P > $@
