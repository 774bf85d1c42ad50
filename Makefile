# `make demo` and `make test` are all a new machine needs: rustup's stable toolchain, make, gcc, python3.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check bench fmt fuzz readers clients oracles

TOOLS := $(HOME)/.cache/clxs-tools
export PATH := $(TOOLS)/bin:$(PATH)
CARGO_DENY_VERSION := 0.20
CARGO_FUZZ_VERSION := 0.13
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= statements quoting delta_log requests
DEV_BINARY = "$$(cargo metadata --no-deps --format-version 1 | python3 -c 'import json,sys; print(json.load(sys.stdin)["target_directory"])')/debug/clxs"

help:
	@echo "make demo    build clxs, make a sample catalog, clone it, show the report"
	@echo "make test    every test, with and without the embedded workspace"
	@echo "make clients the official SDK and SQL connector against the embedded workspace"
	@echo "make check   formatting, lints, dependency arrows, licences, documentation"
	@echo "make oracles Spark's answers in tests/oracles anew (Java 17, 460 MB of pyspark)"
	@echo "make fuzz    each target of fuzz/ for FUZZ_SECONDS (60); the first build takes long"
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
	@python=$$(tests/venv.sh tests/clients) && cd tests/clients && CLXS_BIN=$(DEV_BINARY) $$python -m pytest --quiet --numprocesses auto --maxschedchunk 1

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

# Stable Rust with the switches that coverage needs. Corpora stay in fuzz/corpus, findings in fuzz/artifacts.
fuzz: $(TOOLS)/bin/cargo-fuzz
	@mkdir -p fuzz/corpus/statements fuzz/corpus/quoting fuzz/corpus/delta_log fuzz/corpus/requests
	@split --lines 1 --suffix-length 4 crates/workspace/src/sql/parser/tests/statements.sql fuzz/corpus/statements/seed-
	@for target in $(FUZZ_TARGETS); do \
		dictionary=$$(test -f fuzz/$$target.dict && echo "-dict=$$target.dict"); \
		(cd fuzz && RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir . --sanitizer none $$target -- \
			-max_total_time=$(FUZZ_SECONDS) -timeout=60 -rss_limit_mb=4096 $$dictionary) || exit 1; \
	done

fmt:
	cargo fmt --all

# Built apart from the project, so that its dependencies never disturb ours.
$(TOOLS)/bin/cargo-deny:
	env -u CARGO_TARGET_DIR cargo install cargo-deny --locked --version "^$(CARGO_DENY_VERSION)" --root $(TOOLS)

$(TOOLS)/bin/cargo-fuzz:
	env -u CARGO_TARGET_DIR cargo install cargo-fuzz --locked --version "^$(CARGO_FUZZ_VERSION)" --root $(TOOLS)
