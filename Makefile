# Two commands do all the set-up: `make demo` and `make test`. `make install` installs what they built.

CASE    ?= demo-case
SERVE   ?= 1
PREFIX  ?= $(HOME)/.local
DESTDIR ?=

PROGRAMS := $(or $(CARGO_TARGET_DIR),target)/release
EXHIBIT  := $(PROGRAMS)/exhibit
TO       := $(DESTDIR)$(PREFIX)

.PHONY: help demo build install uninstall test check setup

help:
	@echo "make demo           build, ingest the example trove, show what was found, serve it on this machine"
	@echo "make demo SERVE=0   the same, and exit instead of serving"
	@echo "make install        install both programs, manual pages and completions (PREFIX=$(PREFIX))"
	@echo "make uninstall      remove them"
	@echo "make test           all tests"
	@echo "make check          formatting, lints, documentation, house rules"

demo: build
	$(EXHIBIT) demo $(CASE) --trove examples/trove
	@echo
	@echo "To install exhibit and exhibit-verify for this account: make install (into $(PREFIX); PREFIX=DIR for another place)"
ifneq ($(SERVE),0)
	$(EXHIBIT) -C $(CASE) serve
endif

build: setup
	cargo build --release --locked --package exhibit --package exhibit-verify

# `install` replaces a program that is running without disturbing it
install: build
	install -d "$(TO)/bin" "$(TO)/share/man/man1" "$(TO)/share/bash-completion/completions" \
	    "$(TO)/share/zsh/site-functions" "$(TO)/share/fish/vendor_completions.d"
	install -m 755 $(EXHIBIT) $(PROGRAMS)/exhibit-verify "$(TO)/bin"
	$(EXHIBIT) man "$(TO)/share/man/man1" > /dev/null
	install -m 644 crates/exhibit-verify/exhibit-verify.1 "$(TO)/share/man/man1"
	install -d "$(TO)/share/doc/exhibit"
	install -m 644 models/NOTICE LICENSE-APACHE LICENSE-MIT "$(TO)/share/doc/exhibit"
	$(EXHIBIT) completions bash > "$(TO)/share/bash-completion/completions/exhibit"
	$(EXHIBIT) completions zsh > "$(TO)/share/zsh/site-functions/_exhibit"
	$(EXHIBIT) completions fish > "$(TO)/share/fish/vendor_completions.d/exhibit.fish"
	@case ":$$PATH:" in *":$(PREFIX)/bin:"*) ;; *) echo "Add $(PREFIX)/bin to PATH to run them by name." ;; esac

uninstall:
	rm -f "$(TO)/bin/exhibit" "$(TO)/bin/exhibit-verify" "$(TO)"/share/man/man1/exhibit.1 "$(TO)"/share/man/man1/exhibit-*.1 \
	    "$(TO)/share/bash-completion/completions/exhibit" "$(TO)/share/zsh/site-functions/_exhibit" \
	    "$(TO)/share/fish/vendor_completions.d/exhibit.fish"

test: setup
	@cargo xtask test

check: setup
	@cargo xtask check
	@cargo xtask tidy

# the Debian packages and models that are missing; prints what to do if it cannot obtain them
setup:
	@setup/debian
	@setup/models
