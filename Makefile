# Stockcast: `make run` starts everything, `make test` runs the tests.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: install install-dev run test test-long test-browser test-k8s container-tools policies audit audit-code audit-tools licences pictures test-quick check test-tools bench lock chaos soak accuracy scaling fuzz-http fuzz-protocol images docs

# uv installs the locked, hash-checked packages in a fraction of pip's time.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install -q --require-hashes -r requirements-installer.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --no-deps -r requirements.lock
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
	@{ command -v chromium && command -v redis-server && command -v nginx && command -v faketime; } >/dev/null || { \
	  apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends chromium nginx-light redis-server faketime; } || \
	  { echo "install chromium, nginx, redis-server and faketime for the tests" >&2; exit 1; }

# Most tests wait for servers most of the time: two files at once, each on servers of its own.
# On a busy machine one of thousands may miss its time: up to three a run are tried once more, and shown.
# What looks for the rare fault is not.
PYTEST = $(BIN)/pytest -n 2 --dist loadfile --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks \
  --rerun-exclude-path tests/chaos --rerun-exclude-path tests/fuzz --durations 15

test: install-dev test-tools
	$(PYTEST) -m "not long"

# What takes minutes and looks at one thing from end to end.
test-long: install-dev test-tools
	$(PYTEST) -m long

# What takes longer in the browser: the dashboard's bars as they are promised, and twenty visitors.
test-browser: install-dev test-tools
	$(BIN)/pytest tests/browser
	$(BIN)/python -m tests.bench voila-page dashboard-use

# The README's, of what the browser tests looked at last.
pictures: install-dev
	$(BIN)/pytest tests/browser/test_accessibility.py
	$(BIN)/python -m tests.browser.readme_pictures

test-quick: install-dev
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not services and not kernels and not browser and not stack" tests/core tests/dashboard tests/adapters

# Ten minutes of what `make test` does for one, the stores and vendors away for longer, and a hundred
# forecasts while a model is promoted.
chaos: install-dev test-tools
	STOCKCAST_CHAOS_SECONDS=600 STOCKCAST_CHAOS_JOBS=200 STOCKCAST_AWAY_SECONDS=30 \
	STOCKCAST_VENDOR_JOBS=100 STOCKCAST_PROMOTION_FORECASTS=100 \
	$(BIN)/pytest tests/chaos tests/chain/test_live_prices.py tests/chain/models

# Half an hour of mixed load with faults, on a machine that does nothing else meanwhile;
# STOCKCAST_SOAK_SECONDS=180 tries it out.
soak: install-dev test-tools
	$(BIN)/pytest tests/soak

# Five minutes of what `make test` does for half of one: generated requests against the whole stack.
fuzz-http: install-dev test-tools
	STOCKCAST_FUZZ_SECONDS=300 $(BIN)/pytest tests/fuzz/test_fuzz_http.py

# Ten minutes of what `make test` does for seconds: generated lines to the workers' listeners, and
# generated parameters for the notebooks.
fuzz-protocol: install-dev test-tools
	STOCKCAST_FUZZ_SECONDS=600 $(BIN)/pytest tests/fuzz/test_fuzz_protocol.py tests/fuzz/test_fuzz_parameters.py

# Both images built, every pod of the overlay `local` run in a container, and all kinds of faults.
test-k8s: install-dev container-tools
	$(BIN)/pytest tests/pods

# RUNLEVEL=1: no service of these is started.
container-tools:
	@{ command -v podman && command -v buildah && command -v runc && command -v mmdebstrap && command -v iptables; } >/dev/null || { \
	  apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends \
	    podman buildah runc netavark aardvark-dns iptables mmdebstrap; } || true

# checkov at the manifests of both overlays and the Dockerfile; .checkov.yaml says what is waived.
policies: install
	test -x .venv/policies/bin/checkov || { $(PYTHON) -m venv .venv/policies && \
	  $(BIN)/uv pip install -q --python .venv/policies/bin/python --require-hashes -r requirements-policies.lock; }
	set -e; folder=$$(mktemp -d); trap 'rm -r '$$folder EXIT; \
	for overlay in local prod; do kubectl kustomize k8s/overlays/$$overlay > $$folder/$$overlay.yaml; done; \
	.venv/policies/bin/checkov --framework kubernetes -d $$folder; \
	.venv/policies/bin/checkov --framework dockerfile -f k8s/images/Dockerfile

# What is installed and what is written here, looked at for known weaknesses; asks PyPI, so no part of
# `make check`. --strict: a package that PyPI says nothing of is no package that is safe.
AUDITED = requirements requirements-worker requirements-dev requirements-installer
WAIVED = $(shell sed -n 's/^\([A-Z]*-[^ ]*\) .*/--ignore-vuln \1/p' audit-waivers.txt)

audit: audit-code licences
	git diff --exit-code -- docs/licences.md
	set -e; for lock in $(AUDITED); do \
	  .venv/audit/bin/pip-audit --strict --disable-pip --progress-spinner off $(WAIVED) -r $$lock.lock; \
	done

audit-code: audit-tools
	.venv/audit/bin/bandit -q -c pyproject.toml -r stockcast_lib server

# Of what the images and `make run` install; writes docs/licences.md.
licences: install-dev audit-tools
	$(BIN)/python -m tests.licences .venv/audit/bin/pip-licenses --python $(BIN)/python --from mixed \
	  --with-system --format json

audit-tools: install
	test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && \
	  $(BIN)/uv pip install -q --python .venv/audit/bin/python --require-hashes -r requirements-audit.lock; }

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

# A load test of one pod a kind, some minutes; writes docs/scaling.md.
scaling: install-dev test-tools
	$(BIN)/python -m tests.scaling

# The documentation as a site in site/; it asks nothing of other hosts.
docs: install-dev
	$(BIN)/mkdocs build --strict

COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header
FACES = --extra dashboard --extra lab
OVERRIDES = --override requirements-overrides.txt

# The worker's lock is what its image holds: no faces, but what sends traces.
# The installer's lock is uv, and what `pip install --no-build-isolation -e .` needs; the SBOM's is
# what lists an image's packages.
lock: install-dev
	$(COMPILE) $(OVERRIDES) $(FACES) pyproject.toml -o requirements.lock
	$(COMPILE) $(OVERRIDES) --extra traces pyproject.toml -c requirements.lock -o requirements-worker.lock
	$(COMPILE) $(OVERRIDES) $(FACES) --extra traces --extra dev pyproject.toml -c requirements.lock \
	  -c requirements-worker.lock -o requirements-dev.lock
	printf '%s\n' uv 'hatchling>=1.27' 'editables>=0.5' | $(COMPILE) - -c requirements-dev.lock -o requirements-installer.lock
	printf '%s\n' 'cyclonedx-bom>=7' | $(COMPILE) - -c requirements-dev.lock -o requirements-sbom.lock
	echo 'checkov>=3.3' | $(COMPILE) - -o requirements-policies.lock
	printf '%s\n' 'pip-audit>=2.9' 'bandit>=1.8' 'pip-licenses>=5' | $(COMPILE) - -o requirements-audit.lock

CONTAINERS ?= docker
BASE ?= python:3.11-slim-bookworm
VERSION = $(shell sed -n 's/^version = "\(.*\)"$$/\1/p' pyproject.toml)

images:
	for target in worker app; do \
	  $(CONTAINERS) build -f k8s/images/Dockerfile --target $$target -t stockcast-$$target:$(VERSION) \
	    --build-arg BASE=$(BASE) --build-arg VERSION=$(VERSION) \
	    --build-arg REVISION=$$(git rev-parse HEAD) $(BUILD) . || exit 1; \
	done
