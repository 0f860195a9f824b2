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
pins=benches/requirements.txt
scanner=${BUNRI_SCANNER_VENV:-$HOME/.cache/bunri/scanner}
export BUNRI_SCANNER="$scanner/bin/python"
if ! cmp -s "$pins" "$scanner/made-from.txt"; then
    [ ! -f "$scanner/pyvenv.cfg" ] || rm -rf "$scanner"
    python3 -m venv "$scanner"
    "$scanner/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$pins"
    cp "$pins" "$scanner/made-from.txt"
fi
cargo build --locked --workspace
exec "${BUNRI_VENV:-$HOME/.cache/bunri/venv}/bin/python" benches/run.py
