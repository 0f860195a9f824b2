#!/bin/sh
# The whole job on a system that looks like the real one: makes a fictional utility's combined database in demo/,
# extracts, splits and verifies it, and shows which claims hold and where the files are.
#
# The sample has a trap planted for every way in which such a separation has gone wrong, so bunri must end with
# exit code 0: every checked claim holds, and what there is to read is what the job expects. Any other code is a failure of the demo.
set -eu
cd "$(dirname "$0")/.."

bunri=${BUNRI:-${CARGO_TARGET_DIR:-$HOME/.cache/bunri/target}/debug/bunri}
points=${POINTS:-20000}
job=samples/jobs/demo.toml
expected=0

fail() {
    echo "demo: $*" >&2
    exit 1
}

[ -x "$bunri" ] || fail "no program at $bunri; type \`make demo\`, which builds it"

# Only a folder that an earlier demo made is removed.
if [ -L demo ] || { [ -e demo ] && [ ! -f demo/.made-by-demo ]; }; then
    fail "demo/ was not made by this script; move it away"
fi
rm -rf demo
mkdir demo
: > demo/.made-by-demo

echo "1. A combined legacy system of $points supply points, with its traps"
"$bunri" sample --points "$points" --out demo/legacy.db

echo
echo "2. The job: is it sound? (without --no-source: does the source fit it? The planted traps are told, a line each.)"
"$bunri" check "$job" --no-source

echo
echo "3. Extract, split, verify"
code=0
"$bunri" run "$job" || code=$?

echo
case $code in
    "$expected") ;;
    10) fail "a claim is broken (exit code 10), which this sample does not deserve; see demo/custody/evidence/report.json" ;;
    *) fail "exit code $code where the planted traps deserve $expected; the screen says why" ;;
esac
[ -s demo/custody/evidence/report.json ] || fail "no report in demo/custody/evidence"

echo "4. The retail store against its sums, without bunri"
if command -v sha256sum > /dev/null; then
    (cd demo/retail && sha256sum --check --quiet SHA256SUMS) || fail "demo/retail does not match its SHA256SUMS"
    echo "sha256sum agrees with SHA256SUMS: $(wc -l < demo/retail/SHA256SUMS) files"
else
    echo "no sha256sum here: skipped"
fi

cat << 'END'

bunri ended with exit code 0: every checked claim holds, and what the planted traps left to read (undecided rows, rejected
rows) is what [expect] of samples/jobs/demo.toml says.

  demo/legacy.db                      the combined system, as it was
  demo/retail/                        what the retailer gets: Parquet, manifest.json, B3SUMS, SHA256SUMS
  demo/custody/transmission/          what the operator keeps
  demo/custody/quarantine/            what a person must decide, each row with its reason
  demo/custody/rejects/               rows that do not fit their declared types
  demo/custody/evidence/report.json   what was checked, how much of it, and the blind spots
  demo/custody/evidence/report.html   the same as a page for people; report.ja.html in Japanese

Next: README.md, "A transcript to paste".
END
