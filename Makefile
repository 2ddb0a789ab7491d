# Every command a person or CI needs. `make help` lists them.
# PYTHON and VENV can be set: make test PYTHON=/path/to/python3.13 VENV=.venv-3.13
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.core
ALL := $(VENV)/.all
LINES := build/lines.json
MEGABYTES := 530
MEGABYTES_OF_ALL := 1250
VERSIONS := 3.11 3.12 3.13 3.14
MACHINES := x86_64 aarch64
PINS := --generate-hashes --no-emit-index-url --no-header --no-annotate --universal --python-version $(firstword $(VERSIONS))

.DEFAULT_GOAL := help
.PHONY: help install dev page demo up down test check others quick format deploy pages train docs screenshots coverage bench soak lock wheels wheel clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

install: $(CORE) ## Create .venv with the pinned dependencies and Assay itself
dev: $(ALL) ## Add all extras and the tools of the developers

$(CORE): requirements.txt pyproject.toml
	@$(call fill,requirements.txt,$(MEGABYTES))
	@touch $@

$(ALL): requirements-dev.txt requirements.txt pyproject.toml
	@$(call fill,requirements-dev.txt,$(MEGABYTES_OF_ALL))
	@touch $(CORE) $@

# The first Python that will do, unless there is an environment already or PYTHON names one.
define fill
python="$(or $(PYTHON),$$(test -x $(BIN)/python && echo $(BIN)/python || tools/pythons | sed -n '1s/[^ ]* //p'))"; \
test -n "$$python" || { echo "Assay needs one of Python $(VERSIONS), with venv and pip, and finds none that works: install one, or set PYTHON=/path/to/python."; exit 1; }; \
"$$python" tools/install.py $(VENV) $(1) $(2)
endef

page: $(CORE) ## Build the page that a browser shows, where anything of it changed
	@$(BIN)/python page/build.py

demo: $(CORE) page ## Turn the sample chat into knowledge and leave Assay running
	@$(BIN)/assay demo

up: $(CORE) page ## Run the servers and the web app until Ctrl-C
	@$(BIN)/assay up

down: $(CORE) ## Stop a running Assay
	@$(BIN)/assay down

test: $(ALL) check page ## Check the code and run the tests
	@tools/browsers
	@tools/deploy_linters promtool
	@mkdir -p build && rm -f $(LINES)
	$(BIN)/python $(if $(wildcard $(VENV)/lib/*/site-packages/slipcover),-m slipcover --json --out $(LINES)) -m pytest -n 2
	@test ! -f $(LINES) || { echo "Lines of the domain that the tests walked through:"; $(BIN)/python tools/coverage.py $(LINES); }

screenshots: $(ALL) page ## Take the pictures of the documentation anew, from a demo
	@tools/browsers
	$(BIN)/python tools/screenshots.py

deploy: $(ALL) ## Check the files of deploy/ with the linters of each, which are fetched first (500 MB)
	@tools/deploy_linters all
	$(BIN)/python -m pytest -n 0 -rs tests/deploy

coverage: $(ALL) ## Run the tests and count lines and branches: at least 95 % of each room of the domain
	@mkdir -p build
	$(BIN)/python -m pytest -n 2 --cov --cov-report=
	@$(BIN)/python -m coverage json -q -o build/branches.json
	@$(BIN)/python tools/coverage.py build/branches.json 95

check: $(ALL) ## Lint, types, import walls, names, SQL, and the code of the page, without the tests
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/class_names.py
	$(BIN)/python tools/module_names.py
	$(BIN)/python tools/raw_sql.py
	$(BIN)/mypy
	$(BIN)/python page/build.py check

others: $(ALL) ## Run a quick part of the tests on every other Python of this machine
	@own=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	found=$$(tools/pythons $$own); \
	echo "Beside Python $$own this machine has: $$(echo $${found:-none} | sed 's|/[^ ]* *||g')"; \
	echo "$$found" | while read -r version python; do \
		test -z "$$version" || $(MAKE) --no-print-directory quick VENV=.venv-$$version PYTHON="$$python" </dev/null || exit 1; \
	done

QUICK := tests/text tests/policies tests/messaging tests/proposals/test_actions.py tests/runtime/test_embedded_servers.py \
	tests/ai/rules/test_clustering.py tests/ai/test_offline_embedder.py tests/web/test_app.py tests/cli/test_processes.py

quick: $(ALL)
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 $(QUICK)

format: $(ALL) ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format --quiet .

pages: $(ALL) ## Write anew what the documentation takes from the code
	@$(BIN)/python -m tests.docs.generate

train: $(ALL) ## Train the ranker and the classifier anew from training/ and the labelled conversations
	@$(BIN)/python training/train.py
	@$(BIN)/python training/veto.py

docs: $(ALL) ## Build the documentation as a site into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "The pages are in build/site; read them with: $(BIN)/python -m http.server --directory build/site"

bench: $(ALL) ## Run the benchmarks: ours, the naive way and the limit side by side
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

soak: $(ALL) ## Run the long tests
	$(BIN)/python -m pytest -m "load or soak" --timeout 3600

lock: ## Pin the dependencies anew, and check that all have wheels (needs uv)
	uv pip compile --quiet $(PINS) --all-extras --group dev pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet $(PINS) --constraint requirements-dev.txt --group build pyproject.toml -o requirements.txt
	uv pip compile --quiet $(PINS) --group pyproject.toml:page -o page/requirements.txt
	@$(MAKE) --no-print-directory wheels

wheels: ## Check that every pin has a wheel for each Python on each machine (needs uv)
	@for version in $(VERSIONS); do for machine in $(MACHINES); do \
		uv pip install --quiet --dry-run --no-deps --only-binary :all: --require-hashes --requirement requirements-dev.txt \
			--python-version $$version --python-platform $$machine-manylinux_2_28 --target $(VENV)/wheels || exit 1; \
		echo "Python $$version on $$machine: every pin has a wheel."; \
	done; done

wheel: $(ALL) page ## Build the wheel into dist/
	$(BIN)/python -m hatchling build --target wheel

clean: ## Remove the virtual environments and caches
	rm -rf $(VENV) .venv-3.* build dist page/node_modules src/assay/web/page .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
