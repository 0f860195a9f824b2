# Names for one command each. `make` alone lists them.
#
# Everything builds with one profile into one folder, so that dependencies are compiled once for demo, test and
# lint. Set CARGO_TARGET_DIR to build elsewhere.

export CARGO_TARGET_DIR ?= $(HOME)/.cache/bunri/target

.DEFAULT_GOAL := help
.PHONY: help demo test mutants peers bench lint mutate docs clean

help:  ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

demo:  ## Build, make a 20,000-point legacy system, separate it, say which claims hold
	cargo build --locked --workspace
	./samples/demo.sh

test:  ## Everything that must be green: what CI runs
	./tests/prepare.sh
	cargo fmt --all --check
	cargo build --locked --workspace
	cargo test --locked --workspace

mutants:  ## Damage good runs in every way we know; write which claim catches what to docs/evidence/mutants.md
	./tests/prepare.sh
	cargo build --locked --workspace
	"$${BUNRI_VENV:-$$HOME/.cache/bunri/venv}/bin/python" tests/python/mutants.py $(CARGO_TARGET_DIR)/debug/bunri \
		$(CARGO_TARGET_DIR)/debug/bunri-rewrite --table docs/evidence/mutants.md

peers:  ## What DuckDB, reladiff, Presidio and grep find of the leak mutants; writes docs/evidence/peers.md (half an hour, 900 MB of packages)
	./tests/peers/run.sh

bench:  ## Time and memory of each stage, beside DuckDB on the same data (POINTS=100000 RUNS=3); writes docs/evidence/bench.md
	PAGE=docs/evidence/bench.md ./benches/run.sh

lint:  ## No warning of clippy or rustdoc
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

# From text to a catalogue and a job: the samples that one crate reads test what another one checks.
TEXT := bunri-types bunri-text bunri-catalogue bunri-parse bunri-decisions bunri-job

mutate:  ## Break the code that decides and checks, place by place, and see what the tests catch (hours; ARGS="-f day.rs")
	cargo mutants $(TEXT:%=-p %) $(TEXT:%=--test-package=%) $(ARGS)
	cargo mutants -p bunri-explain -p bunri-fingerprint -p bunri-leak -p bunri-redecide -p bunri-residue -p bunri-spelling -p bunri-verify $(ARGS)

docs:  ## The crates' documentation, in $(CARGO_TARGET_DIR)/doc
	cargo doc --locked --workspace --no-deps

clean:  ## Remove what the demo and the build left
	rm -rf demo
	cargo clean
