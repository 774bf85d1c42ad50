# `make demo` and `make test` are all a new machine needs: rustup's stable toolchain, make, gcc, python3.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check bench fmt readers clients oracles

TOOLS := $(HOME)/.cache/clxs-tools
export PATH := $(TOOLS)/bin:$(PATH)
CARGO_DENY_VERSION := 0.20
DEV_BINARY = "$$(cargo metadata --no-deps --format-version 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])')/debug/clxs"

help:
	@echo "make demo    build clxs, make a sample catalog, clone it, show the report"
	@echo "make test    every test, with and without the embedded workspace"
	@echo "make clients the official SDK and SQL connector against the embedded workspace"
	@echo "make check   formatting, lints, dependency arrows, licences, documentation"
	@echo "make oracles Spark's answers in tests/oracles anew (Java 17, 460 MB of pyspark)"
	@echo "make bench   the benchmarks of benches/, as a release build"

demo:
	cargo build --quiet --package clxs || cargo build --package clxs
	@$(DEV_BINARY) demo

# The binary with the embedded workspace comes last and stays.
test: readers
	cargo test --package clxs --no-default-features
	cargo test --workspace
	@$(MAKE) --no-print-directory clients

readers:
	@tests/venv.sh tests/readers >/dev/null

# The official clients against the binary that the tests of the workspace have built.
clients:
	@cargo test --quiet --workspace --no-run
	@python=$$(tests/venv.sh tests/clients) && cd tests/clients && CLXS_BIN=$(DEV_BINARY) $$python -m pytest --quiet

check: $(TOOLS)/bin/cargo-deny
	cargo fmt --all --check
	cargo xtask check-arrows
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo clippy --package clxs --no-default-features --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --document-private-items
	cargo deny --log-level error check bans licenses sources

# Only tests/oracles/*/*.sql are written by hand; the tests read the answers and need no Spark.
oracles:
	@command -v java >/dev/null || { echo "make oracles needs Java 17 or newer"; exit 1; }
	@python="$$(tests/venv.sh tests/oracles)" && cd tests/oracles && "$$python" functions.py && "$$python" statements.py

bench:
	benches/run.sh

fmt:
	cargo fmt --all

# Built apart from the project, so that its dependencies never disturb ours.
$(TOOLS)/bin/cargo-deny:
	env -u CARGO_TARGET_DIR cargo install cargo-deny --locked --version "^$(CARGO_DENY_VERSION)" --root $(TOOLS)
