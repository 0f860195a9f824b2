#!/bin/sh
# Time and memory of each stage, and the ratio to a peer (DuckDB, sqlite3) on the same data in the same run.
# POINTS: supply points (default 100000); RUNS: counted runs of each command (default 3).
set -eu
cd "$(dirname "$0")/.."
./tests/prepare.sh
if ! command -v sqlite3 >/dev/null 2>&1; then
    echo "bench: sqlite3 is missing. On Debian or Ubuntu, type:  sudo apt-get install sqlite3" >&2
    exit 1
fi
# DuckDB's SQLite scanner is packaged for an older DuckDB than the stories use.
scanner=${BUNRI_SCANNER_VENV:-$HOME/.cache/bunri/scanner}
./tests/prepare.sh "$scanner" benches/requirements.txt
export BUNRI_SCANNER="$scanner/bin/python"
cargo build --locked --workspace
exec "${BUNRI_VENV:-$HOME/.cache/bunri/venv}/bin/python" benches/run.py
