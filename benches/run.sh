#!/bin/sh
# Time and memory of each stage, and the ratio to a peer (DuckDB) on the same data in the same run.
# POINTS: supply points (default 100000); RUNS: counted runs of each command (default 3).
set -eu
cd "$(dirname "$0")/.."
./tests/prepare.sh
cargo build --locked --workspace
exec "${BUNRI_VENV:-$HOME/.cache/bunri/venv}/bin/python" benches/run.py
