# Stockcast: `make run` starts everything, `make test` runs every test.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: install install-dev run test test-quick check test-tools bench lock chaos accuracy fuzz-http

# uv installs the locked, hash-checked packages in a fraction of pip's time.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --require-hashes -r requirements-installer.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-build-isolation --no-deps -e .
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --no-deps -r requirements-dev.lock
	touch $@

install: .venv/installed

install-dev: .venv/installed-dev

run: install
	$(BIN)/stockcast up

# RUNLEVEL=1: the package's own Redis service stays off.
test-tools:
	@{ command -v chromium && command -v redis-server && command -v nginx; } >/dev/null || { \
	  apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends chromium nginx-light redis-server; } || \
	  { echo "install chromium, nginx and redis-server for the tests" >&2; exit 1; }

# Most tests wait for servers most of the time: two files at once, each on servers of its own.
test: install-dev test-tools
	$(BIN)/pytest -n 2 --dist loadfile

test-quick: install-dev
	$(BIN)/pytest -q -m "not services and not kernels and not browser and not stack" tests/core tests/dashboard tests/adapters

# Ten minutes of what `make test` does for one, and the stores and vendors away for longer.
chaos: install-dev test-tools
	STOCKCAST_CHAOS_SECONDS=600 STOCKCAST_CHAOS_JOBS=200 STOCKCAST_AWAY_SECONDS=30 \
	STOCKCAST_VENDOR_JOBS=100 $(BIN)/pytest tests/chaos tests/chain/test_live_prices.py

# Five minutes of what `make test` does for one: generated requests against the whole stack.
fuzz-http: install-dev test-tools
	STOCKCAST_FUZZ_SECONDS=300 $(BIN)/pytest tests/fuzz

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/nbstripout --verify notebooks/*.ipynb
	$(MAKE) test-quick

# `make bench BENCH="--quick new-forecast"` makes one measurement, with few repetitions.
bench: install-dev test-tools
	$(BIN)/python -m tests.bench $(BENCH)

# Every method on the bundled series, some minutes; writes docs/accuracy.md.
accuracy: install-dev
	$(BIN)/python -m tests.accuracy

# statsforecast says that it needs pandas 2; what is used of it here works on arrays.
lock: install-dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra build --extra dev --override requirements-overrides.txt pyproject.toml -c requirements.lock -o requirements-dev.lock
	echo uv | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header - -c requirements-dev.lock -o requirements-installer.lock
