# Label UP. Two commands matter: `make run` and `make test`.
# Needed beforehand: Go (see go.mod), Node 20 or later with npm. The rest is installed where apt-get is.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# No path is in what is compiled: what one clone has compiled another need not.
export GOFLAGS := $(GOFLAGS) -trimpath

.PHONY: help run quick test test/go test/browser build static forge lint bench faults drill quality fit clean bundle programs bench-space

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .make/npm .make/forge-native .make/forge-remote ## Start everything on this machine: Redis, the app, a local Confluence with pages (ARGS='--pages FILE.jsonl', ARGS='--generate 10000')
	@$(call need,redis-server) || echo 'Going on without: sites are kept in memory.'
	@$(call compile,labelup-dev)
	@bin/labelup-dev --misbehave $$(date +%s) $(ARGS)

# A helper that starts one of these skips its test: see testing.Short.
quick: bundle .make/npm-forge ## Test in a minute: all but what takes processes of the program, browsers, S3, Sentinels and clusters
	@$(call need,redis-server)
	cd static && npm run --silent check && npm test --silent -- --short
	go test -short ./...

# It tests the bundle that is committed, which is the one that is shipped: first
# of all that it is what its sources build, or texts that are not in it yet would
# fail in tests of something else.
#
# The Go side and the browser side run at once, for both wait half of the time. So
# do three packages and four tests of each. The race detector makes computing take
# minutes: packages that start nothing that runs at once are tested without it
# (internal/suggest, which is tested with it, has them run at once), and so are
# single tests that measure or compare much. lint has vetted already.
PURE := ^labelup/(cmd/(engine|quality)|internal/(elementary|keyphrase|label|order|pagetext|twin|words))$$
COMPUTES := ^(TestTheDearestRequestsAreBounded|TestTwinsAmongRealLabels|TestMemoryDoesNotGrowWithTheNumberOfSites|TestEveryPartMayBeMissing)$$
test: bundle programs build/engine.wasm .make/npm-forge lint ## Check and test everything
	@$(MAKE) --no-print-directory -j2 test/go test/browser

test/go:
	set -o pipefail; packages=$$(go list ./... | grep -vE '$(PURE)') && \
		CGO_ENABLED=1 go test -race -vet off -p 3 -parallel 4 -timeout 30m -skip '$(COMPUTES)' $$packages
	set -o pipefail; packages=$$(go list ./... | grep -E '$(PURE)') && go test -vet off $$packages
	go test -vet off -run '$(COMPUTES)' ./handlers ./cmd/labelup ./internal/backup ./internal/suggest

test/browser:
	cd static && npm run --silent check && npm test --silent && npm test --silent -- --host native
	cd forge && npm test --silent

# It needs Go alone: the browser side is committed as static/dist.
build: ## Build bin/labelup, the program that is deployed
	@$(call compile,labelup)

static: .make/npm ## Type-check the browser side and bundle it into static/dist, which is committed
	cd static && npm run --silent check && npm run --silent build

# The engine for browsers. No version control in it: the same sources give the same bytes.
# Of all but the comparing itself nothing is inlined (-l), nor what makes a step whole among
# threads, of which there is one: it is 60 KB less to load.
SMALL := github.com/blevesearch/snowballstem/... golang.org/x/text/... internal/runtime/atomic log os slices strings time \
	$(addprefix labelup/internal/,words keyphrase pagetext label twin suggest/answer elementary order fault) labelup/cmd/engine
# Tests that run at once may build it at once: it is moved to its place when it is whole.
build/engine.wasm: $(shell find cmd/engine internal -name '*.go' -not -name '*_test.go') go.mod Makefile
	@CGO_ENABLED=0 GOOS=wasip1 GOARCH=wasm go build $(addprefix -gcflags=,$(addsuffix =-l,$(SMALL))) -buildvcs=false -buildmode=c-shared -ldflags='-s -w' -o $@.$$$$ ./cmd/engine && mv $@.$$$$ $@

HOST ?= native
forge: .make/npm ## Build the Forge app into build/forge/native, ready for forge deploy (FORGE_APP_ID=…; HOST=remote BASE_URL=…: the other)
	@node forge/build.mjs $(HOST) build/forge/$(HOST)

lint: ## Format, vet and lint
	go mod tidy -diff
	go tool -modfile=tools/go.mod golangci-lint run

bench: ## Measure speed; docs/measurements.md says how to read it
	@$(call need,redis-server)
	go test -run '^$$' -bench . -benchmem ./connect ./macros ./internal/site ./handlers ./cmd/labelup
	go test -run '^$$' -bench . -benchmem -cpu 1 ./internal/suggest ./internal/keyphrase ./internal/words ./internal/pagetext

bench-space: .make/npm ## Measure the page of a space: reading and changing 10,000 pages, and 30 runs whose tab is killed (half an hour)
	@$(call need,redis-server)
	@$(call need,chromium-headless-shell)
	PAGES=10000 go test -count 1 -v -timeout 60m -run '^TestALargeSpace$$' ./cmd/labelup-dev
	TRIALS=30 go test -count 1 -v -timeout 90m -run '^TestARunOutlivesItsTab$$' ./cmd/labelup-dev

faults: ## Break what is around the app under load, and write the table of docs/faults.md
	@$(call need,redis-server)
	go test -count 1 -v -run '^TestUnderLoad' ./cmd/labelup -update

drill: ## Back up, lose and restore 100,000 sites, and say how long it takes
	@$(call need,redis-server)
	DRILL_SITES=100000 go test -count 1 -v -run '^TestARestoreDrill$$' ./cmd/labelup

quality: ## Measure suggestions, and write the tables of docs/suggestions.md
	go run ./cmd/quality table docs/suggestions.md

fit: ## Fit the weights of suggestions again; needed whenever internal/suggest changes
	go run ./cmd/quality fit internal/suggest/weights.go

clean: ## Remove what was built, and what `make run` keeps between runs
	rm -rf bin build .make .data static/.build

bundle: .make/npm
	@cd static && node build.mjs ../.make/dist
	@diff -rq static/dist .make/dist >/dev/null || \
		{ echo 'static/dist is not what its sources build. Run: make static, and commit what it writes.'; exit 1; }

programs:
	@$(call need,redis-server)
	@$(call need,chromium-headless-shell)
	@$(call need,gcc,libc6-dev)
	@$(call need,strace)

.make/npm: static/package-lock.json
	@echo 'Installing the npm packages of static/package-lock.json ...'
	@cd static && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .make && touch $@

# Atlassian's own checks of a Forge app, and what its function needs: for tests.
.make/npm-forge: forge/package-lock.json
	@echo 'Installing the npm packages of forge/package-lock.json ...'
	@cd forge && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@mkdir -p .make && touch $@

# The Forge apps that the local Confluence has installed, with the id of the sources.
.make/forge-%: .make/npm $(shell find forge/native forge/remote forge/build.mjs forge/package-lock.json static/src static/build.mjs cmd internal -type f -not -name '*_test.go' -not -path '*/testdata/*')
	@echo 'Building the app for Forge $* (a minute the first time) ...'
	@env -u FORGE_APP_ID -u BASE_URL node forge/build.mjs $* build/forge/$* >/dev/null
	@touch $@

# compile builds a program. Without cgo it needs no C compiler, and runs on any Linux.
define compile
echo 'Building bin/$(1) (minutes the first time, seconds later) ...'; CGO_ENABLED=0 go build -buildvcs=auto -o bin/$(1) ./cmd/$(1)
endef

# need installs a program that is missing: the Debian package of the same name,
# and further packages that it cannot do without.
define need
command -v $(1) >/dev/null || ( \
  command -v apt-get >/dev/null || { echo 'There is no $(1), and no apt-get to install it with: please install it.'; exit 1; }; \
  echo 'Installing $(1) ...'; \
  root=$$(test "$$(id -u)" = 0 || echo sudo); \
  $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) $(2) >/dev/null )
endef
