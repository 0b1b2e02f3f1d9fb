# 网格 Wangge. Everything runs in .venv, from the versions that the lock files pin. `make help` tells the rest.

PYTHON ?= python3
BIN := .venv/bin
UV := $(or $(shell command -v uv),$(BIN)/uv)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade

SCREENS := web/packaging_screens.py

.PHONY: help demo test lint web test-web pictures bench lock servers

help:  ## 显示这些命令 · show these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: .venv/.run web  ## 演示: http://127.0.0.1:8000 · the demo
	$(BIN)/python -m wangge demo

test: .venv/.dev servers lint web test-web  ## 全部检查和测试 · everything that is checked and tested
	$(BIN)/python -m pytest -n 3 --dist loadfile

web: .venv/.web  ## 构建页面, 不需要 Node · build the screens; needs no Node
	$(BIN)/python $(SCREENS)

test-web: .venv/.dev web  ## 页面的类型检查和单元测试 · types and unit tests of the screens
	$(BIN)/python -m api.openapi > web/shared/api/openapi.json
	$(BIN)/python $(SCREENS) run types
	$(BIN)/python $(SCREENS) run check
	$(BIN)/python $(SCREENS) run test

pictures: .venv/.dev servers web  ## 文档截图 · take the pictures of docs/screens.md
	$(BIN)/python -m tests.browser.pictures

lint: .venv/.dev  ## ruff, mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.run  ## 性能 · how fast it is
	$(BIN)/python -m bench

lock: ## 重新锁定依赖版本 · pin the newest versions again (needs uv)
	$(COMPILE) pyproject.toml --extra dev --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --constraint requirements-dev.lock --output-file requirements.lock
	$(COMPILE) --group web --constraint requirements-dev.lock --output-file requirements-web.lock

# The tests run against a real PostgreSQL with PostGIS, a real Redis and a real browser with Chinese letters. Where there
# is apt-get, they are installed.
servers:
	@if [ -z "$$WANGGE_TEST_POSTGRES_URL" ] && ! ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 \
	  || [ -z "$$WANGGE_TEST_REDIS_URL" ] && ! command -v redis-server >/dev/null \
	  || ! command -v chromium >/dev/null || ! ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null; then $(SUDO) apt-get update && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y --no-install-recommends postgresql postgresql-15-postgis-3 redis-server chromium \
	      fonts-noto-cjk; \
	  else echo "请安装 PostgreSQL 15 + PostGIS 3, Redis, Chromium 和 Noto CJK 字体" \
	    "· please install PostgreSQL 15 with PostGIS 3, Redis, Chromium and the Noto CJK fonts"; exit 1; \
	  fi; fi

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/.run: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.web: requirements-web.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-web.lock
	@touch $@

.venv/.dev: requirements-dev.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.run .venv/.web
