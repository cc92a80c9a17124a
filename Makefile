# make test sets up what it needs on a fresh Debian machine and runs everything.
SHELL := /bin/bash
GO ?= go
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PREFIX ?= $(shell $(GO) env GOPATH)

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
DATE ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)

# command:package pairs that the tests run for real.
APT := chromium:chromium firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver Xvfb:xvfb nginx:nginx-light node:nodejs npm:npm

.PHONY: build install setup runtimes check test ci race lint vuln bench fuzz release-check pictures clean

# Without cgo the program starts in two thirds of the time, and is the same file
# on every Linux.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o corstui ./cmd/corstui

install:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o '$(PREFIX)/bin/corstui' ./cmd/corstui
	@echo "installed $(PREFIX)/bin/corstui"

# setup installs what is missing. nginx lives in /usr/sbin, which a user's PATH may lack.
setup:
	@missing=""; for pair in $(APT); do \
	  PATH="$$PATH:/usr/sbin" command -v $${pair%%:*} >/dev/null || missing="$$missing $${pair##*:}"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  $(SUDO) apt-get update -q >/dev/null && $(SUDO) -E apt-get install -yq --no-install-recommends $$missing >/dev/null; fi

runtimes: setup
	sh snippets/testdata/runtimes/install.sh

check:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change: $$unformatted"; exit 1; fi
	$(GO) vet ./...

test: runtimes check
	PATH="$$PATH:/usr/sbin" $(GO) test ./...

# ci is what has to pass: the linter runs beside the tests, with what they leave
# of the processors.
ci:
	$(MAKE) -j2 test lint

race: runtimes
	PATH="$$PATH:/usr/sbin" $(GO) test -race ./...

# The tools come once, at these versions, into .tools.
TOOLS := $(CURDIR)/.tools
GOLANGCI_LINT := $(TOOLS)/golangci-lint-v2.15.0
GOVULNCHECK := $(TOOLS)/govulncheck-v1.9.0
GORELEASER := $(TOOLS)/goreleaser-v2.15.1
CYCLONEDX := $(TOOLS)/cyclonedx-gomod-v1.10.0

# get builds a Go program into .tools: package, version, file.
define get
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS)/new nice $(GO) install $(1)@$(2)
	@mv $(TOOLS)/new/$(notdir $(1)) $(3)
endef

$(GOLANGCI_LINT):
	$(call get,github.com/golangci/golangci-lint/v2/cmd/golangci-lint,v2.15.0,$@)

$(GOVULNCHECK):
	$(call get,golang.org/x/vuln/cmd/govulncheck,v1.9.0,$@)

$(GORELEASER):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS)/new $(GO) install github.com/goreleaser/goreleaser/v2@v2.15.1
	@mv $(TOOLS)/new/goreleaser $@

$(CYCLONEDX):
	$(call get,github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod,v1.10.0,$@)

lint: $(GOLANGCI_LINT)
	nice $(GOLANGCI_LINT) run ./...

# vuln asks the Go vulnerability database, which has to be in reach.
vuln: $(GOVULNCHECK)
	@out=$$($(GOVULNCHECK) ./... 2>&1); code=$$?; echo "$$out"; \
	if [ $$code -ne 0 ] && [ $$code -ne 3 ] && echo "$$out" | grep -q 'vuln.go.dev'; then \
	  echo "The vulnerability database (vuln.go.dev) is out of reach: nothing was checked."; fi; exit $$code

# bench prints the figures: ratios against plain clients, start-up, size, memory.
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# release-check reads the release's description and builds everything it says,
# publishing nothing.
release-check: $(GORELEASER) $(CYCLONEDX)
	@ln -sf $(CYCLONEDX) $(TOOLS)/cyclonedx-gomod
	PATH="$(TOOLS):$$PATH" $(GORELEASER) check
	PATH="$(TOOLS):$$PATH" $(GORELEASER) release --snapshot --clean --skip=publish

# fuzz gives each fuzz target FUZZTIME.
FUZZTIME ?= 10s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
	    $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; done; done

clean:
	rm -rf corstui dist .cache .tools

# pictures draws the README's screens from the real program.
pictures:
	CORSTUI_PICTURES=$(CURDIR)/docs $(GO) test ./cmd/corstui -count=1 -run 'TestPictures|TestTranscript'
