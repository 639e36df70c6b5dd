# The two commands of the project are `make run` and `make test`; `make help` lists the rest.
# Each target first brings the locked environments it needs up to date, which costs 0.2 s when they are.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif
PY := .venv/bin/python
PREPARE := @test -n "$(PYTHON)" || { echo "没有找到 Python 3.11 或更新的版本：请先安装（Debian：apt-get install python3），或运行 make PYTHON=/路径/python3.11 $@"; exit 1; }; exec $(PYTHON) -m tools.bootstrap
# Blanks between tags are bytes on a phone (H015), scripts fill and label elements (H020, H042), no
# search engine is to find us (H030), and a button outside a form needs no type (H043).
HTML_IGNORED := H015,H020,H030,H042,H043
SLOW := rasa or browser or stack
# Two at a time, what CI has cores for; tests/side_by_side.py says which tests run beside which.
PYTEST := $(PY) -m pytest -n 2
TWO_JOBS := -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help run test check lint model fmt lock nlu-eval bench-sorting bench-themes screenshots bench soak clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: ## Set up what is missing, start everything, print the addresses
	$(PREPARE) app nlu
	@exec $(PY) -m tools.run

test: ## Every check and every test, real Rasa, PostgreSQL and Chromium included
	$(PREPARE) dev nlu
	@$(MAKE) $(TWO_JOBS) lint model
	$(PYTEST)

check: lint ## The fast part: no Rasa, no browser
	$(PYTEST) -m "not ($(SLOW))"

model: # of a prepared environment
	$(PY) -m tools.train_nlu

lint:
	$(PREPARE) dev nlu
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	.venv/bin/lint-imports
	$(PY) -m mypy
	$(PY) -m tools.check_content
	$(PY) -m tools.check_nlu
	$(PY) -m tools.locks check
	$(PY) -m djlint --lint --quiet --ignore $(HTML_IGNORED) bot console
	$(PY) -m yamllint --strict .
	$(PY) -m codespell_lib

fmt: ## Format the code
	$(PREPARE) dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock: ## Compile the locks anew after a .in file changed (needs the network)
	$(PREPARE) dev
	$(PY) -m tools.locks compile

nlu-eval: ## Judge the model: make nlu-eval FILE=sentences.jsonl
	$(PREPARE) app nlu
	@$(PY) -m tools.train_nlu --python .venv-nlu/bin/python
	@$(PY) -m tools.nlu_eval --file "$(FILE)"

bench-themes: ## Group the messages of a file by matter: make bench-themes FILE=x.jsonl.gz OUT=y.jsonl
	$(PREPARE) app
	@$(PY) -m tools.cases.bench_themes --file "$(FILE)" --out "$(OUT)"

bench-sorting: ## Judge the sorting of cases by five folds: make bench-sorting FILE=messages.jsonl.gz
	$(PREPARE) app
	@$(PY) -m tools.cases.bench_sorting --file "$(FILE)"

screenshots: ## Take the pictures of the README anew
	$(PREPARE) dev nlu
	$(PY) -m tools.screenshots
	$(PY) -m tools.console.pictures

bench: ## Measure start, memory, answers, many at once, notices and many stops; write docs/figures/
	$(PREPARE) dev nlu
	$(PY) -m tools.bench
	$(PY) -m tools.telegram.load
	$(PY) -m tools.notices.bench_sending
	$(PY) -m tools.stops.bench_import
	$(PY) -m tools.stops.bench_find
	$(PY) -m tools.cases.bench_duplicates

soak: ## Repetitions, kills and loads, at most 60 minutes
	$(PREPARE) dev nlu
	YIZHAN_TEST_ROUNDS=1000 $(PY) -m pytest -q tests/services/test_case_races.py
	YIZHAN_TEST_ROUNDS=300 $(PY) -m pytest -q tests/services/test_signup_races.py
	$(PY) -m tools.soak --kills 15
	$(PY) -m tools.soak.notices
	$(PY) -m tools.telegram.soak --door both

clean: ## Remove what set-up and tests made; the data folder stays
	rm -rf .venv .venv-nlu .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
