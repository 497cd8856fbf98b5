# One door for people and CI: every target is listed by `make help`. Needs python3, pip and make; works where Debian's
# Python has no ensurepip (then uv, installed into .tools, makes the virtual environment).
PY     ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STUBS  := tally_protocol/wire/v1
PROTOS := $(wildcard proto/$(STUBS)/*.proto)
UV     := .tools/bin/uv
PIP_IN  = $(1)/bin/python -m pip install --quiet --disable-pip-version-check --root-user-action ignore --only-binary :all: --require-hashes -r $(2)

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

.PHONY: dev
dev: $(VENV)/.ready-dev ## make .venv with the product (editable) and every tool, from the hash locks

.PHONY: proto proto-check lock
proto: .venv-proto/.ready ## write the gRPC stubs from proto/ (compiler pinned in an environment of its own)
	@PATH="$(CURDIR)/.venv-proto/bin:$$PATH" .venv-proto/bin/python -m grpc_tools.protoc -Iproto \
	  --python_out=. --grpc_python_out=. --mypy_out=quiet:. --mypy_grpc_out=quiet:. $(PROTOS)

# Also fails on stubs that nobody added to git.
proto-check: proto ## fail if the committed stubs are not what the compiler writes
	@git diff --exit-code -- $(STUBS)
	@test -z "$$(git ls-files --others --exclude-standard -- $(STUBS))" || { echo "proto-check: stubs not in git" >&2; exit 1; }

lock: $(UV) ## compile the three locks anew from requirements*.in
	@for name in requirements requirements-dev requirements-proto; do \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    $$name.in --output-file $$name.lock; done

