# The words people type are the words CI runs. Needs Python 3.11 and make; pip brings the rest, Node included.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin

# The environment's own node and npm come first, so that a system Node is neither needed nor used.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-deps

FRONT_SOURCES := $(shell find frontend \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: help setup setup-dev run test check lint types bench clean
.DELETE_ON_ERROR:

help:        ## show these lines
	@grep -E '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 20

setup: $(VENV)/.serve frontend/dist/index.html       ## environment for serving, and the page

setup-dev: $(VENV)/.serve $(VENV)/.dev frontend/dist/index.html       ## the same, and TensorFlow and the tools

run: setup       ## serve http://127.0.0.1:8080
	$(BIN)/mammoscope serve

test: setup-dev       ## all tests: vitest, then pytest
	cd frontend && npm run --silent test
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --no-loadscope-reorder

check: lint types test       ## what CI runs: format, lint, strict types, tests

lint: setup-dev       ## ruff and eslint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	cd frontend && npm run --silent lint

types: setup-dev       ## mypy --strict and tsc
	$(BIN)/mypy
	cd frontend && npm run --silent typecheck

bench: setup-dev       ## time the stages on this machine
	$(BIN)/python -m training.bench

clean:       ## remove what was built, except the environment (.venv) itself
	rm -rf frontend/dist frontend/node_modules build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find app models pipeline training tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "Python 3.11 is needed: install it, or say where it is: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.serve: requirements-serve.txt requirements-frontend.txt pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) -r requirements-serve.txt -r requirements-frontend.txt
	$(PIP_INSTALL) --editable .
	@$(BIN)/python -c 'import cv2' || { \
	  echo "OpenCV needs two system libraries; on Debian or Ubuntu: sudo apt-get install libgl1 libglib2.0-0"; exit 1; }
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/.serve
	$(PIP_INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json | $(VENV)/.serve
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(FRONT_SOURCES)
	cd frontend && npm run --silent build
	@touch $@
