# Two commands do all the set-up: `make demo` and `make test`.

CASE  ?= demo-case
SERVE ?= 1
EXHIBIT := $(or $(CARGO_TARGET_DIR),target)/release/exhibit

.PHONY: help demo test check setup

help:
	@echo "make demo           build, take in the example trove, show what was found, serve it on this machine"
	@echo "make demo SERVE=0   the same, and end instead of serving"
	@echo "make test           all tests"
	@echo "make check          formatting, lints, documentation, house rules"

demo: setup
	cargo build --release --locked
	$(EXHIBIT) demo $(CASE) --trove examples/trove
ifneq ($(SERVE),0)
	$(EXHIBIT) -C $(CASE) serve
endif

test: setup
	@cargo xtask test

check: setup
	@cargo xtask check
	@cargo xtask tidy

# what is missing of Debian's packages; says what to do where it cannot install them
setup:
	@setup/debian
