# Every command of the project. CI calls these same targets.
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin
READY = $(VENV)/.ready
DEV = $(VENV)/.dev
PIP = $(RUN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo demo-wechat test check bench lighthouse ipdata translations charts clean help

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(DEV): $(READY)
	$(PIP) --editable ".[dev]"
	touch $@

# axe-core and acorn look at the pages in tests; a machine without npm names those tests as skipped.
node_modules: package-lock.json
	if command -v npm >/dev/null; then npm ci --silent --no-audit --no-fund; fi
	mkdir -p node_modules && touch node_modules

translations: $(READY) ## compile the English catalogue
	$(RUN)/pybabel --quiet compile --directory translations

demo: $(READY) translations ## the whole service with the example campaign, on HOST and PORT (127.0.0.1:8000)
	@$(RUN)/voting-service demo

demo-wechat: $(READY) translations ## the same with a stand-in for WeChat on PORT+1: the whole flow without an account
	@$(RUN)/voting-service demo --wechat

# Each worker has its own Redis, PostgreSQL and Chromium; whoever is done early takes over from the others.
test: $(DEV) node_modules translations ## every test, on its own Redis; PostgreSQL and Chromium where they are found
	$(RUN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: $(DEV) ## ruff, mypy, import contracts
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

bench: $(DEV) ## the benchmarks, one table of ratios
	$(RUN)/python -m benchmarks

# Files: ip2region's source text, ip-location-db's ASN CSV, our own CSV; plain, .gz, .zip or .tgz. Later ones win.
ipdata: $(READY) ## the offline table of networks, from IPDATA="FILE …"; without it ASNs from npm
	@$(RUN)/python -m anti_fraud.networks build $(IPDATA)

lighthouse: $(DEV) translations ## Lighthouse's marks for the public pages; needs nginx and Chromium
	cd tools/lighthouse && npm install --silent --no-audit --no-fund
	$(RUN)/python -m benchmarks.lighthouse

charts: ## the board's charts anew, from npm: static/vendor/echarts.min.js
	cd tools/charts && npm ci --silent --no-audit --no-fund && npm run --silent build

clean: ## remove what was built, never data/
	rm -rf $(VENV) node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
