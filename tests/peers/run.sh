#!/bin/sh
# Peers on the leak mutants: makes the damaged runs, lets every peer judge them, and writes docs/evidence/peers.md. About half an hour.
#
#   KEPT               where the damaged runs are kept, or already lie (default: a new folder, removed afterwards)
#   BUNRI_PEERS_VENV   where the peers' virtual environment lives, about 900 MB (default: $HOME/.cache/bunri/peers-venv)
set -eu

cd "$(dirname "$0")/../.."
venv=${BUNRI_PEERS_VENV:-$HOME/.cache/bunri/peers-venv}
pins=tests/peers/requirements.txt
built=${CARGO_TARGET_DIR:-$HOME/.cache/bunri/target}/debug

./tests/prepare.sh
cargo build --locked --workspace

./tests/prepare.sh "$venv" "$pins"

if [ -z "${KEPT:-}" ]; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    KEPT=$made/kept
fi
# A mutant that bunri does not catch ends this with 1; the peers are asked all the same.
[ -d "$KEPT" ] || "${BUNRI_VENV:-$HOME/.cache/bunri/venv}/bin/python" tests/python/mutants.py \
    "$built/bunri" "$built/bunri-rewrite" --keep "$KEPT" || true
"$venv/bin/python" tests/peers/peers.py "$KEPT" "$built/bunri" --page docs/evidence/peers.md
