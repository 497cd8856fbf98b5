# One door for people and CI: every target is listed by `make help`. Needs python3, pip and make; works where Debian's
# Python has no ensurepip (then uv, installed into .tools, makes the virtual environment).
PY     ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STUBS  := tally_protocol/wire/v1
PROTOS := $(wildcard proto/$(STUBS)/*.proto)
UV     := .tools/bin/uv
PIP_IN  = $(1)/bin/python -m pip install --quiet --disable-pip-version-check --root-user-action ignore --only-binary :all: --require-hashes -r $(2)
PYTEST := $(BIN)/python -m pytest -q
TYPED  := tally_protocol tally_node coordinator verifier rehearsal tests $(wildcard tools benchmarks)
BENCHES := intake tally verify self_check takeover forms board desk_page
FAULT_ROUNDS ?= 100
SOAK_SECONDS ?= 7200
SOAK   ?= tests/soak
# the fonts of a county's forms and pages: Han with its rare characters, and the scripts of other peoples
FONTS  := fonts-noto-cjk fonts-noto-cjk-extra fonts-noto-core fonts-hanazono
SERVE  ?= --serve
DATA   ?=
LOCK   ?=
RECORD ?=
MUTANTS ?=
APPROVE ?=
SHOTS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "  make %-13s %s\n", $$1, $$2}'

$(UV):
	@$(PY) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .tools uv

# $(call new-env,DIR): an empty virtual environment, also where the system Python has no ensurepip.
define new-env
	@if $(PY) -c 'import ensurepip' 2>/dev/null; then $(PY) -m venv $(1); \
	 else $(MAKE) --no-print-directory $(UV) && $(UV) venv --quiet --clear --seed --python $(PY) $(1); fi
endef

# The editable install takes its build backend from the lock: pip must not fetch one without hashes.
$(VENV)/.ready: requirements.lock pyproject.toml
	$(call new-env,$(VENV))
	@$(call PIP_IN,$(VENV),requirements.lock)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@$(call PIP_IN,$(VENV),requirements-dev.lock)
	@touch $@

.venv-proto/.ready: requirements-proto.lock
	$(call new-env,.venv-proto)
	@$(call PIP_IN,.venv-proto,requirements-proto.lock)
	@touch $@

.venv-deploy/.ready: requirements-deploy.lock
	$(call new-env,.venv-deploy)
	@$(call PIP_IN,.venv-deploy,requirements-deploy.lock)
	@touch $@

.PHONY: dev
dev: $(VENV)/.ready-dev ## make .venv with the product (editable) and every tool, from the hash locks

# --- what a person runs ----------------------------------------------------------------------------------------------

.PHONY: demo test e2e
demo: $(VENV)/.ready ## play the example county through the real programs, verify it, show the live page
	@$(BIN)/tally-rehearsal run examples/qinghe --out demo-out $(SERVE)

test: $(VENV)/.ready-dev ## every test that has no target of its own below, on two cores
	@$(PYTEST) -n 2 --dist loadgroup -m "not slow and not network and not browser and not printed and not e2e"

e2e: $(VENV)/.ready-dev ## whole programs for minutes on both databases: every role, restarts, laptops that enrol
	@$(PYTEST) -n 2 --dist loadgroup -m "e2e and not slow and not fault"

# --- checks: the same for people and CI ------------------------------------------------------------------------------

.PHONY: check lint types contracts house format
check: lint types contracts proto-check house ## ruff, mypy, contracts, stubs and house tests

lint: $(VENV)/.ready-dev ## ruff
	@$(BIN)/ruff check .

types: $(VENV)/.ready-dev ## mypy, strict, tests and tools included
	@$(BIN)/mypy $(TYPED)

contracts: $(VENV)/.ready-dev ## who may import whom
	@$(BIN)/lint-imports --no-cache

house: $(VENV)/.ready-dev ## the rules of this repository: sizes, spec trace, wheel, locks, documents
	@$(PYTEST) -n 2 tests/house

format: $(VENV)/.ready-dev ## repair what ruff can repair by itself
	@$(BIN)/ruff check --fix .

# --- suites that try harder than make test ---------------------------------------------------------------------------

.PHONY: slow soak strace faults attacks properties mutants vectors checkers real real-county bench self-check
slow: $(VENV)/.ready-dev ## the tests that make test leaves out: thousands of rounds, hours of soak, every mutant, millions of elections
	@CHANGPIAO_SOAK_SECONDS=$(SOAK_SECONDS) $(PYTEST) -n 2 -m slow --ignore tests/soak/test_resume.py
	@$(MAKE) --no-print-directory soak SOAK=tests/soak/test_resume.py
	@$(MAKE) --no-print-directory mutants MUTANTS=
	@CHANGPIAO_ELECTIONS=3000000 $(PYTEST) -n 2 tests/properties/test_law.py

# gRPC's own fork handlers have crashed the child that was to become PostgreSQL (the soaks start one while channels are open)
soak: $(VENV)/.ready-dev ## counties for minutes: steady memory, thousands of laptops that come back, leaders that are killed
	@GRPC_ENABLE_FORK_SUPPORT=0 $(PYTEST) -s -m "slow or not slow" $(SOAK)

# strace comes from Debian, installed by root if it is missing; a kernel or container that lets nobody trace fails here, too
strace: ## strace, for the faults at single system calls; fails if it is not there and cannot be installed
	@command -v strace >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends strace; } >/dev/null 2>&1 || true
	@strace -f -qq -o /dev/null true || { echo "strace: not here, or it may not trace: apt-get install strace" >&2; exit 1; }

faults: $(VENV)/.ready-dev ## kill -9, full disk, torn files, cut networks; FAULT_ROUNDS=100
	@$(MAKE) --no-print-directory strace \
	  || echo "faults: test_syscalls.py and test_determined.py are skipped, test_steps.py and test_kill.py do what they can" >&2
	@CHANGPIAO_FAULT_ROUNDS=$(FAULT_ROUNDS) $(PYTEST) -n 2 -m "fault and not slow"

.PHONY: browser
# Chromium and fonts come from Debian, installed by root if they are missing; SHOTS=docs/figures makes the documents' pictures.
browser: $(VENV)/.ready-dev ## the pages in real Chromium on a running county; SHOTS=docs/figures keeps the screenshots
	@{ command -v chromium >/dev/null && dpkg -s $(FONTS) >/dev/null; } 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends chromium $(FONTS); } >/dev/null 2>&1 || command -v chromium >/dev/null \
	  || { echo "browser: no chromium, and it cannot be installed here: apt-get install chromium fonts-noto-cjk" >&2; exit 1; }
	@CHANGPIAO_SHOTS=$(abspath $(SHOTS)) $(PYTEST) -m "browser" tests/browser

.PHONY: forms
# the fonts come from Debian, installed by root if they are missing; APPROVE=1 makes the approved images anew, to be looked at
forms: $(VENV)/.ready-dev ## the county's forms: PDF/A, same bytes twice, compared with approved images; APPROVE=1 renews them
	@dpkg -s $(FONTS) >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  apt-get install -y -qq --no-install-recommends $(FONTS); } >/dev/null 2>&1 \
	  || $(BIN)/python -c 'import coordinator.fonts as f; f.county_fonts()' \
	  || { echo "forms: no Chinese font, and it cannot be installed here: apt-get install fonts-noto-cjk" >&2; exit 1; }
	@CHANGPIAO_APPROVE=$(APPROVE) $(PYTEST) -m "printed or not printed" tests/forms

attacks: $(VENV)/.ready-dev ## every named fraud must raise its code
	@$(PYTEST) -n 2 -m "not network" tests/attacks

properties: $(VENV)/.ready-dev ## hypothesis with four times the examples; 100,000 elections decided by both sides
	@HYPOTHESIS_PROFILE=thorough CHANGPIAO_ELECTIONS=100000 $(PYTEST) -n 2 -m "property and not slow"

mutants: $(VENV)/.ready-dev ## break each rule of the law by one small mistake; MUTANTS="--changed 10 --sample 40" for a draw
	@nice $(BIN)/python -m tools.mutants $(MUTANTS)

vectors: $(VENV)/.ready-dev ## make spec/vectors anew; fail if a byte changed or a file is not in git
	@$(BIN)/python tools/make_vectors.py
	@git diff --exit-code -- spec/vectors
	@test -z "$$(git ls-files --others --exclude-standard -- spec/vectors)" \
	  || { echo "vectors: new files in spec/vectors are not in git" >&2; exit 1; }

# Go comes from Debian's archive and the npm packages from their registry, both into .tools: the one suite that installs.
checkers: $(VENV)/.ready-dev ## other people's programs check our log; RECORD=folder adds a published one
	@CHANGPIAO_RECORD=$(abspath $(RECORD)) $(PYTEST) -m "network or not network" tests/checkers

.PHONY: k8s-check
# kubectl and schemas come from their hash lock, npm packages from theirs, promtool and nginx from Debian: all into the checkout.
k8s-check: $(VENV)/.ready-dev .venv-deploy/.ready ## manifests, policies, alerts, dashboard, runbook: no cluster needed
	@$(PYTEST) -n 2 --dist loadfile -m "network or not network" tests/deploy

.PHONY: cdf
# NIST's schema files are theirs and on no package index: usnistgov/ElectionResultsReporting (branch version2), usnistgov/CastVoteRecords.
cdf: $(VENV)/.ready-dev ## exports against NIST's own schemas: make cdf DATA=folder with the two published .json files
	@test -d "$(DATA)" || { echo "cdf: say where NIST's schemas are: make cdf DATA=folder (docs/exports.md)" >&2; exit 2; }
	@CHANGPIAO_CDF=$(abspath $(DATA)) $(PYTEST) -m network tests/exports

real: $(VENV)/.ready-dev ## real elections, whole: make real DATA=folder
	@test -d "$(DATA)" || { echo "real: say where the elections are: make real DATA=folder" >&2; exit 2; }
	@$(BIN)/python tools/run_real.py --part whole --out real-out "$(DATA)"

real-county: $(VENV)/.ready-dev ## real elections, the county-sized part: make real-county DATA=folder
	@test -d "$(DATA)" || { echo "real-county: say where the elections are: make real-county DATA=folder" >&2; exit 2; }
	@$(BIN)/python tools/run_real.py --part county --out real-out "$(DATA)"

bench: $(VENV)/.ready-dev ## speed as ratios within one run
	@set -e; for name in $(BENCHES); do $(BIN)/python -m benchmarks.$$name; done

self-check: $(VENV)/.ready-dev ## 10,000 batches re-hashed on both databases; fails if a cycle takes more than a minute
	@$(BIN)/python -m benchmarks.self_check

# --- generated files -------------------------------------------------------------------------------------------------

.PHONY: proto proto-check lock
# The hashes let a house test see an edited stub without a compiler.
proto: .venv-proto/.ready ## write the gRPC stubs from proto/ (compiler pinned, in an environment of its own)
	@PATH="$(CURDIR)/.venv-proto/bin:$$PATH" .venv-proto/bin/python -m grpc_tools.protoc -Iproto \
	  --python_out=. --grpc_python_out=. --mypy_out=quiet:. --mypy_grpc_out=quiet:. $(PROTOS)
	@find proto tally_protocol/wire -name '*.proto' -o -name '*_pb2*.py' -o -name '*_pb2*.pyi' | LC_ALL=C sort \
	  | xargs sha256sum > proto/stubs.sha256

proto-check: proto ## fail if the committed stubs are not what the compiler writes
	@git diff --exit-code -- $(STUBS) proto/stubs.sha256
	@test -z "$$(git ls-files --others --exclude-standard -- $(STUBS))" \
	  || { echo "proto-check: stubs are not in git" >&2; exit 1; }

lock: $(UV) ## compile the four locks from requirements*.in; LOCK=--upgrade takes newer versions
	@for name in requirements requirements-dev requirements-proto requirements-deploy; do \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header $(LOCK) \
	    $$name.in --output-file $$name.lock || exit 1; done

# --- delivery --------------------------------------------------------------------------------------------------------

.PHONY: image image-context
# buildah and mmdebstrap come from Debian, installed by root if they are missing; BASE=name takes another base.
image: $(VENV)/.ready-dev ## the container image in build/image.oci: built twice, compared, run; needs root and Debian
	@$(BIN)/python -m tools.deploy.image build

image-context: $(VENV)/.ready-dev ## build/image, the context of deploy/Dockerfile, for any builder
	@$(BIN)/python -m tools.deploy.image context

.PHONY: dist clean
dist: $(VENV)/.ready-dev ## wheel and source archive in dist/ (backend from the lock; twice the same bytes)
	@rm -rf dist
	@$(BIN)/python -m hatchling build -d dist

clean: ## remove what builds and runs leave behind; environments stay
	@rm -rf dist build demo-out real-out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -not -path './.*' -prune -exec rm -rf {} +
