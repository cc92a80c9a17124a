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
APT := chromium:chromium nginx:nginx-light node:nodejs npm:npm

.PHONY: build install setup runtimes check test race bench fuzz pictures clean

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o corstui ./cmd/corstui

install:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o '$(PREFIX)/bin/corstui' ./cmd/corstui
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

race: runtimes
	PATH="$$PATH:/usr/sbin" $(GO) test -race ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# fuzz gives each fuzz target FUZZTIME.
FUZZTIME ?= 10s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
	    $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; done; done

clean:
	rm -rf corstui dist .cache

# pictures draws the README's screens from the real program.
pictures:
	CORSTUI_PICTURES=$(CURDIR)/docs $(GO) test ./cmd/corstui -count=1 -run TestPictures
