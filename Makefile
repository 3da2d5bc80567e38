# Each target installs what it needs. A fresh clone, Python 3.11, git and make are enough.
# `.venv` is installed from the lock files, and again when one of them changes.

PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
RUN_TIME := .venv/installed-run-time
EVERYTHING := .venv/installed-everything
MUTANTS := .venv/installed-mutants
DOCS := .venv/installed-docs
# Tests spend a third of their time waiting for disks, servers and browsers, so three run on two cores.
AT_ONCE = $$($(BIN)/python -c "import os; print(len(os.sched_getaffinity(0)) * 3 // 2)")
# Pinned, so that everyone who runs `make lock` gets the same result.
UV := uv==0.13.9
LOCKED := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --only-binary :all:
ITSELF := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index --editable .

.DEFAULT_GOAL := help
.PHONY: help install demo test test-long check coverage bench mutants docs release tagged lock clean

help: ## list all targets
	@echo "Common Hours: make <target>"
	@sed -n 's/^\([a-z-]*\):[^#]*## /  \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

install: $(RUN_TIME) ## install what a host needs in .venv; then try .venv/bin/hours --help

demo: $(RUN_TIME) ## serve a sample neighbourhood to look around in (make demo PORT=8000)
	$(BIN)/hours demo --port $(PORT)

test: check ## run the checks, then all tests except the long ones
	@$(BIN)/python -m tests.providing
	$(BIN)/pytest --numprocesses=$(AT_ONCE)

test-long: $(EVERYTHING) ## run the long tests: many rounds of killing, eight processes at once
	@$(BIN)/python -m tests.providing
	$(BIN)/pytest --numprocesses=$(AT_ONCE) -m long

check: $(EVERYTHING) ## check format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo

coverage: $(EVERYTHING) ## run all tests and list the lines that none of them reaches (takes twice as long)
	@$(BIN)/python -m tests.providing
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses=$(AT_ONCE)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: $(EVERYTHING) ## measure the performance budgets (make bench QUICK=1 takes under two minutes)
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

mutants: $(MUTANTS) ## change each line of the verifier and check that a test notices (15 minutes)
	$(BIN)/mutmut run --max-children $$(nproc)
	@$(BIN)/mutmut results | grep --invert-match timeout && exit 1 || echo "Every change was noticed."

docs: $(DOCS) ## build the documentation as a site in .cache/docs; fails if a link is broken
	$(BIN)/python -m docs.write_reference
	$(BIN)/sphinx-build --quiet --fail-on-warning --nitpicky --conf-dir docs --doctree-dir .cache/doctrees . .cache/docs
	@cp .cache/docs/README.html .cache/docs/index.html
	@echo "Open .cache/docs/index.html"

release: tagged $(EVERYTHING) ## build the wheel and source archive of the tagged version in dist/
	rm -rf build dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist .
	@ls dist

tagged:
	@test -z "$$(git status --porcelain)" || { echo "There are uncommitted changes. Commit or stash them first."; exit 1; }
	@test "$$(git tag --points-at HEAD --list 'v*')" || { echo "This commit has no version tag. Tag it first: git tag v$(VERSION)"; exit 1; }
	@git tag --points-at HEAD | grep --quiet --line-regexp --fixed-strings "v$(VERSION)" \
		|| { echo "The tag is $$(git tag --points-at HEAD --list 'v*'), but pyproject.toml says $(VERSION). They have to be the same."; exit 1; }
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

lock: ## choose the newest versions of all dependencies and write the lock files
	@$(call need_python)
	@test -x .cache/lock/bin/uv || { $(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install --quiet $(UV); }
	.cache/lock/bin/uv $(LOCK) --group build --output-file requirements.txt pyproject.toml
	.cache/lock/bin/uv $(LOCK) --group test --constraints requirements.txt --output-file requirements-dev.txt pyproject.toml
	.cache/lock/bin/uv $(LOCK) --group mutants --constraints requirements-dev.txt --output-file requirements-mutants.txt pyproject.toml
	.cache/lock/bin/uv $(LOCK) --group docs --constraints requirements-dev.txt --output-file requirements-docs.txt pyproject.toml
LOCK := pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

clean: ## delete everything the other targets made, except the data of communities
	rm -rf .venv .cache mutants .coverage .coverage.* .hypothesis .pytest_cache .ruff_cache .import_linter_cache build dist *.egg-info
	find ledger projections web tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(DOCS): requirements-docs.txt $(EVERYTHING)
	@$(LOCKED) --requirement requirements-docs.txt
	@touch $@

$(MUTANTS): requirements-mutants.txt $(EVERYTHING)
	@$(LOCKED) --requirement requirements-mutants.txt
	@touch $@

$(EVERYTHING): requirements-dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the project, its checks and its tests need (only once) ..."
	@$(LOCKED) --requirement requirements-dev.txt
	@$(ITSELF)
	@touch $@ $(RUN_TIME)

$(RUN_TIME): requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the project needs (only once) ..."
	@$(LOCKED) --requirement requirements.txt
	@$(ITSELF)
	@touch $@

.venv/bin/python:
	@$(call need_python)
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# Says in one line what to install, instead of a traceback.
define need_python
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| { echo "Common Hours needs Python 3.11 or newer as $(PYTHON). Install it: apt-get install python3 python3-venv"; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "This Python cannot make a virtual environment. Install the missing packages: apt-get install python3-venv"; exit 1; }
endef
