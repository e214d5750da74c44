# Two commands: `make demo` sets everything up and shows the main job, `make test` sets everything up and runs the tests.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint clean

demo: $(VENV)/.core
	@$(VENV)/bin/framing summarize seeds --format table
	@echo
	@echo "Next, try:"
	@echo "  $(VENV)/bin/framing explain 'Washington warned Peru that the port could serve the Chinese navy.'"
	@echo "  $(VENV)/bin/framing score YOUR-ARTICLE.txt --outlet 'Your Outlet' --unit sentence"
	@echo "  $(VENV)/bin/framing report seeds -o report.html       # a page to open in a browser"
	@echo "Code news by a codebook of your own and train on it: docs/tutorial/README.md"

test: $(VENV)/.dev
	$(VENV)/bin/python -m pytest --cov --cov-report=term

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "framing needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.core: $(VENV)/bin/python pyproject.toml constraints.txt
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable '.[annotate,report]'
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
