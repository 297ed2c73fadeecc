# Label UP. Two commands matter: `make run` and `make test`. Both install what they need.
# Needed beforehand: Go (see go.mod), Node 20 or later with npm, and Debian's apt-get for the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help
export CGO_ENABLED ?= 1

.PHONY: help run test build static lint bench load clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: build .make/redis ## Start everything on this machine: Redis, the app, a local Confluence with pages (ARGS='--pages FILE.jsonl')
	@bin/labelup dev $(ARGS)

test: .make/redis .make/chromium static lint ## Check and test everything
	go test -race -timeout 20m ./...
	cd static && npm test

build: .make/npm
	go build -trimpath -o bin/labelup ./cmd/labelup

static: .make/npm ## Type-check and bundle the browser side into static/dist
	cd static && npm run --silent check && npm run --silent build

lint: ## Format, vet, lint
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'gofmt has something to say about:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go tool -modfile=tools/go.mod golangci-lint run

bench: .make/redis ## Measure speed; docs/measurements.md says how to read it
	go test -run '^$$' -bench . -benchmem ./connect ./macros ./internal/tenant ./handlers ./cmd/labelup

clean:
	rm -rf bin .make .data static/.build

# What the machine may lack. Each is installed once.

.make/npm: static/package-lock.json
	@mkdir -p .make
	cd static && npm ci --no-audit --no-fund
	@touch $@

.make/redis:
	@mkdir -p .make
	@command -v redis-server >/dev/null || $(call install,redis-server)
	@touch $@

.make/chromium:
	@mkdir -p .make
	@command -v chromium >/dev/null || $(call install,chromium)
	@touch $@

# Debian's postinstall would start a Redis of its own; ours runs as a child.
define install
{ command -v apt-get >/dev/null || { echo "please install $(1)"; exit 1; }; \
  sudo=$$(test "$$(id -u)" = 0 || echo sudo); \
  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $(1) >/dev/null; }
endef
