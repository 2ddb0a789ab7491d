# Every command a person or CI needs. `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo up down test check format bench soak lock wheel clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(STAMP) ## Create .venv with the pinned dependencies and Assay itself

$(STAMP): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Assay needs Python 3.11: install it or set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Turn the sample chat into knowledge and leave Assay running
	@$(BIN)/assay demo

up: $(STAMP) ## Run the servers and the web app until Ctrl-C
	@$(BIN)/assay up

down: $(STAMP) ## Stop a running Assay
	@$(BIN)/assay down

test: $(STAMP) check ## Check the code and run the tests
	$(BIN)/python -m pytest -n 2

check: $(STAMP) ## Lint, types and import walls, without the tests
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

format: $(STAMP) ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format --quiet .

bench: $(STAMP) ## Run the benchmarks: ours, the naive way and the limit side by side
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

soak: $(STAMP) ## Run the long tests
	$(BIN)/python -m pytest -m "load or soak" --timeout 3600

lock: $(STAMP) ## Pin the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --all-extras --group dev pyproject.toml -o requirements.txt

wheel: $(STAMP) ## Build the wheel into dist/
	$(BIN)/python -m hatchling build --target wheel

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
