# make serve        run the server: SQLite and background work inside, http://localhost:6543
# make test         format, lint, types and every test, on the built wheel and real servers
# make demo         run the server with two weeks of believable telemetry
# make soak         the promises of the suite at full size; takes minutes
# make bench        measure intake, grouping and pages, and hold them against what is promised: 50 minutes
# make wheel        build the wheel into .wheel/dist
# make lock         write constraints.txt anew: the versions that the image gets and the tests run on
# make lint         format, lint and types alone
# make screenshots  pictures of the pages into screenshots/
# make clean        remove what was built (not .venv, not var)
#
# PYTHON=python3.12 make … chooses the interpreter, PYTEST="-k inbox" narrows the tests, PYTEST_WORKERS their number.

PYTHON ?= python3
PYTEST_WORKERS ?= 2
PYTEST ?=

PIP_OPTIONS := --quiet --disable-pip-version-check --use-pep517

# The engine of ClickHouse, which tests put a server around. What it says it needs, pandas and pyarrow, they do not.
CLICKHOUSE := chdb-core==26.9.0

BIN := .venv/bin
# What is tested lives apart from what is developed: the wheel, installed as a stranger would install it.
TEST_BIN := .wheel/env/bin
SUPPORT := PYTHONPATH=tests $(TEST_BIN)/python -m support

STATIC := src/logister_core/web/static
SOURCES := $(shell find src -type f -not -path '*/__pycache__/*' -not -path '*.egg-info/*' -not -path '$(STATIC)/dist/*')
FRONT_END := $(wildcard package.json package-lock.json build.mjs) $(filter $(STATIC)/%,$(SOURCES))
# Pages work without the bundle, so Node is welcome and not required.
BUNDLE := $(if $(shell command -v npm),.wheel/bundle)

.PHONY: help serve test soak demo bench wheel lock lint screenshots clean
.DELETE_ON_ERROR:

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

serve: BUNDLE_FAILED = echo "The front-end bundle was not built; pages work without it."
serve: .venv/installed $(BUNDLE)
	@exec $(BIN)/pserve development.ini

demo: BUNDLE_FAILED = echo "The front-end bundle was not built; pages work without it."
demo: .venv/demo $(BUNDLE)
	@exec $(BIN)/logister demo -c development.ini

test: .wheel/installed lint
	@$(SUPPORT) $(TEST_BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST)

soak: .wheel/installed
	@$(SUPPORT) $(TEST_BIN)/pytest -m soak $(PYTEST)

lint: .wheel/tools
	@$(TEST_BIN)/ruff format --check .
	@$(TEST_BIN)/ruff check .
	@$(TEST_BIN)/mypy

bench: .wheel/installed
	@$(SUPPORT) --durable --product $(TEST_BIN)/logister bench --save bench.json
	@$(SUPPORT) --durable --product $(TEST_BIN)/logister bench pages

screenshots: .wheel/installed
	@PYTHONPATH=tests $(TEST_BIN)/python -m support.screenshots screenshots

wheel: .wheel/built

lock: .wheel/built
	@rm -rf .wheel/lock
	@$(call environment,.wheel/lock)
	@echo "Installing the newest versions …"
	@.wheel/lock/bin/python -m pip install $(PIP_OPTIONS) --upgrade --upgrade-strategy eager \
		"$$(echo .wheel/dist/*.whl)[archive,clickhouse,fast,oidc]"
	@{ echo "# Made by \`make lock\`."; \
		.wheel/lock/bin/python -m pip list --disable-pip-version-check --format=freeze --exclude logister --exclude pip; \
	} > constraints.txt

clean:
	rm -rf .wheel build dist node_modules screenshots bench.json $(STATIC)/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The development environment; `-e` lets edits count at once, so only new requirements install again.
.venv/installed: setup.py
	@$(call environment,.venv)
	@echo "Installing into .venv …"
	@$(BIN)/python -m pip install $(PIP_OPTIONS) --editable .
	@touch $@

.venv/demo: .venv/installed
	@echo "Installing what the demo sends with …"
	@$(BIN)/python -m pip install $(PIP_OPTIONS) --editable '.[demo]'
	@touch $@

.wheel/bundle: $(FRONT_END)
	@mkdir -p $(@D)
	@echo "Building the front-end bundle …"
	@if npm ci --no-audit --no-fund --loglevel=error && node build.mjs; then touch $@; else $(or $(BUNDLE_FAILED),exit 1); fi

.wheel/built: $(SOURCES) setup.py pyproject.toml LICENSE $(wildcard README.md) $(BUNDLE)
	@$(call environment,.wheel/env)
	@echo "Building the wheel …"
	@rm -rf build .wheel/dist
	@$(TEST_BIN)/python -m pip wheel $(PIP_OPTIONS) --no-deps --wheel-dir .wheel/dist .
	@rm -rf build
	@$(PYTHON) tests/support/check_wheel.py .wheel/dist/*.whl
	@touch $@

# Tools and requirements of the tests.
.wheel/tools: setup.py constraints.txt | .wheel/built
	@echo "Installing what the tests need …"
	@$(TEST_BIN)/python -m pip install $(PIP_OPTIONS) --constraint constraints.txt "$$(echo .wheel/dist/*.whl)[test]"
	@$(TEST_BIN)/python -m pip install $(PIP_OPTIONS) --no-deps $(CLICKHOUSE)
	@touch $@

.wheel/installed: .wheel/tools .wheel/built
	@$(TEST_BIN)/python -m pip install $(PIP_OPTIONS) --no-deps --force-reinstall .wheel/dist/*.whl
	@touch $@

# $(call environment,FOLDER): a virtual environment, or the sentence that says what is missing for one.
define environment
if [ ! -x $(1)/bin/pip ]; then \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "error: $(PYTHON) is missing or older than Python 3.11; PYTHON=… make names another"; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "error: $(PYTHON) cannot make virtual environments (Debian: apt-get install python3-venv)"; exit 1; }; \
	$(PYTHON) -m venv $(1); \
fi
endef
