# make demo   a digest of the sample repository: no network, no account, no key
# make check  lint, types, imports, and the tests that need no repository, server or program: a minute
# make test   the same with all tests and coverage
# make setup  only .venv, with .venv/bin/daybrief in it
# make wheel  the wheel, in dist/
# make lock   update the two requirements files from pyproject.toml (needs uv)
# make endurance  ten thousand inputs of every kind, five hundred kills, and a month of mornings: an hour
# make bench  the performance figures, as a table
# make bench-readers  the order of a digest, against days that readers labelled
# make bench-judgement  types, importance and areas, against maintainers' labels

PYTHON ?= $(firstword $(foreach p,python3.14 python3.13 python3.12 python3.11 python3,$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print(sys.executable)' 2>/dev/null)))
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
PYTEST := -m pytest --quiet --numprocesses logical --dist worksteal
# Whatever the shell says, bytecode is kept: each process of the tests would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(if $(UV),$(UV) pip,$(BIN)/python -m pip --disable-pip-version-check)
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml

.PHONY: demo setup lint style types check test quick-tests all-tests endurance wheel lock bench bench-judgement bench-readers clean

demo: setup
	@sample/demo

setup: .venv/.runtime

lint: style types

style: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: .venv/.dev
	$(BIN)/mypy

# mypy uses one core, so the tests start on the others.
check: style
	@$(MAKE) --no-print-directory --jobs 2 types quick-tests

test: style
	@$(MAKE) --no-print-directory --jobs 2 types all-tests

quick-tests: .venv/.dev
	$(BIN)/python $(PYTEST) -m "not slow and not integration and not end_to_end"

all-tests: .venv/.dev
	$(BIN)/python $(PYTEST) -p tests.measured

endurance: .venv/.dev
	$(BIN)/pytest --quiet tests/test_fuzz.py tests/test_guard.py --inputs 10000
	rm -rf .bench/kills .bench/month && mkdir -p .bench/kills .bench/month
	PYTHONPATH=.:tests $(BIN)/python tests/kill_drill.py .bench/kills --kills 500
	PYTHONPATH=.:tests $(BIN)/python tests/month_drill.py .bench/month --days 30 --feeds 20

bench: .venv/.dev
	$(BIN)/python -m benchmarks

bench-judgement: .venv/.dev
	$(BIN)/python -m benchmarks.judgement

bench-readers: .venv/.dev
	$(BIN)/python -m benchmarks.readers

wheel: setup
	mkdir -p dist && $(BIN)/uv-build build-wheel dist

lock:
	$(COMPILE) --group build --extra outlets --output-file requirements.txt
	$(COMPILE) --group dev --constraints requirements.txt --output-file requirements-dev.txt

clean:
	rm -rf .venv .demo .bench

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "daybrief needs Python 3.11 or newer, and none was found. Install it, or say where it is: make PYTHON=/path/to/python3.11 setup" >&2; exit 1; }
	$(if $(UV),$(UV) venv --quiet --clear --python "$(PYTHON)" .venv,"$(PYTHON)" -m venv --clear .venv)

.venv/.runtime: .venv/bin/python requirements.txt pyproject.toml
	@$(call install,requirements.txt)
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	@$(call install,requirements-dev.txt)
	@touch $@

# Every package is pinned by version and hash. The project itself is installed last, from this folder, by the pinned build backend,
# which looks for its program on the PATH.
define install
echo "installing $(1) into .venv …"; export PATH="$(CURDIR)/$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/.venv"; \
$(PIP) install --quiet --require-hashes -r $(1) && $(PIP) install --quiet --no-deps --no-build-isolation -e .
endef
