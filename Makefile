# SPDX-License-Identifier: Apache-2.0
# `make help` lists what there is. Meson does the building; this is the front door.
SHELL := /bin/sh
.DEFAULT_GOAL := build
.PHONY: build run test bench fuzz fault lint format install deb clean help deps web

WEB_SOURCES := $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print 2>/dev/null) \
	$(wildcard docs/*.md)

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

deps: ## install what is missing to build and run
	@scripts/deps.sh build run web

build: deps web ## the release binary, build/doorward
	@[ -f build/build.ninja ] || meson setup build --buildtype=release -Dtests=false >/dev/null
	@ninja -C build doorward

web: web/dist/.built ## the widget, the demo page and the manual's pages

web/dist/.built: $(WEB_SOURCES)
	@scripts/deps.sh web
	@cd web && npm run --silent build
	@touch $@

run: build ## a demo project that answers questions about Doorward
	@scripts/demo.sh

test: ## every suite under the sanitizers; ends with N passed, N failed
	@scripts/deps.sh build run web test
	@tests/run

lint: ## layers, style, static analysis
	@scripts/deps.sh build web test
	@tests/run lint

fuzz: ## each parser for FUZZ_SECONDS (600)
	@scripts/deps.sh build web test
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} tests/run replay fuzz

fault: ## kill -9, full disk and bad peers, FAULT_CYCLES (1000)
	@scripts/deps.sh build run web test
	@FAULT_CYCLES=$${FAULT_CYCLES:-1000} tests/run fault

bench: build ## ratios to nginx, memory per stream, turn latency, keys and log-ins
	@scripts/deps.sh test bench
	@[ -f build-bench/build.ninja ] || meson setup build-bench --buildtype=release >/dev/null
	@ninja -C build-bench tests/bench/access_keys tests/bench/access_staff
	@tests/bench/run

format: ## let clang-format rewrite the C files
	@git ls-files -co --exclude-standard 'src/*.[ch]' 'tests/*.[ch]' | xargs clang-format -i

install: build ## into DESTDIR and the prefix given to meson (/usr/local)
	@meson install -C build --no-rebuild

deb: web ## a Debian package in build-deb/
	@scripts/deps.sh build web deb
	@packaging/deb/build.sh

clean: ## remove what was built, keep var/
	@rm -rf build build-asan build-bench build-fuzz build-deb web/dist tests/dist .cache
