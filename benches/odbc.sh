#!/bin/bash
# `bunri extract` of a MariaDB through ODBC beside odbc2parquet, on a server of its own in a folder that vanishes: rows a second of
# one table of monthly readings. Both write Parquet with zstd; bunri also counts and sums every column, and sorts.
#
#   ROWS=2000000 RUNS=3 benches/odbc.sh BUNRI [ODBC2PARQUET]
#
# The peer may be any program that is called so: PEER query --connection-string TEXT OUT SQL.
# Needs what tests/prepare.sh brings; odbc2parquet by `cargo install odbc2parquet` (it is linked, so unixodbc-dev).
set -euo pipefail

bunri=$(realpath "$1")
peer=${2:-odbc2parquet}
rows=${ROWS:-2000000}
runs=${RUNS:-3}
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d /tmp/bunri-bench-XXXXXX)
port=$((20000 + RANDOM % 20000))
user=()
[ "$(id -u)" != 0 ] || user=(--user=root)

mariadb-install-db --no-defaults --skip-test-db --auth-root-authentication-method=normal "${user[@]}" --datadir="$folder/data" >/dev/null
/usr/sbin/mariadbd --no-defaults "${user[@]}" --datadir="$folder/data" --socket="$folder/s" --port=$port --bind-address=127.0.0.1 \
    --skip-log-bin --innodb-buffer-pool-size=1G --innodb-flush-log-at-trx-commit=0 2>"$folder/log" &
server=$!
trap 'kill $server; wait $server || true; rm -rf "$folder"' EXIT
client() { mariadb --no-defaults -uroot --default-character-set=utf8mb4 --socket="$folder/s" "$@"; }
until client -e 'SELECT 1' >/dev/null 2>&1; do sleep 0.2; done

client <<SQL
CREATE DATABASE legacy CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
CREATE USER reader IDENTIFIED BY 'reader'; GRANT SELECT ON legacy.* TO reader;
USE legacy;
CREATE TABLE code_retailer (retailer_code VARCHAR(5) PRIMARY KEY, retailer_name VARCHAR(40));
INSERT INTO code_retailer VALUES ('99010', '甲電力'), ('99020', '乙でんき');
CREATE TABLE supply_period (supply_point_id VARCHAR(22), valid_from VARCHAR(10), valid_until VARCHAR(10), retailer_code VARCHAR(5));
INSERT INTO supply_period VALUES ('9000000000000000000001', '2010-04-01', '9999-12-31', '99010');
CREATE TABLE meter_reading (supply_point_id VARCHAR(22), period_from DATE, period_until DATE, usage_kwh DECIMAL(12,1), updated_at DATETIME,
    PRIMARY KEY (supply_point_id, period_from));
INSERT INTO meter_reading SELECT CONCAT('90', LPAD(seq DIV 24, 20, '0')), DATE_ADD('2024-01-01', INTERVAL seq MOD 24 MONTH),
    LAST_DAY(DATE_ADD('2024-01-01', INTERVAL seq MOD 24 MONTH)), (seq * 7919 MOD 99991) / 10, '2026-02-02 09:00:00' FROM seq_1_to_$rows;
SQL

cat > "$folder/job.toml" <<TOML
label = "bench"
kind = "rehearsal"
cutover = "2026-04-01"
[source.odbc]
driver = "MariaDB Unicode"
attributes = { SERVER = "127.0.0.1", PORT = "$port", DATABASE = "legacy" }
user = "reader"
password = { env = "READER" }
[catalogue]
path = "$here/samples/catalogues/valid/minimal"
[output]
custody = "custody"
retail = "retail"
[limits]
memory = "2GiB"
threads = 2
TOML

export READER=reader
cd "$folder"
seconds() { local begun; begun=$(date +%s.%N); "$@" >"$folder/out" 2>&1 || [ $? = 1 ] || { cat "$folder/out" >&2; exit 1; }; echo "$(date +%s.%N) - $begun" | bc; }
extract() { rm -rf custody retail; /usr/bin/time -f '%M KiB' -o memory "$bunri" extract job.toml; }
other() {
    rm -f out.parquet
    /usr/bin/time -f '%M KiB' -o memory "$peer" query --connection-string \
        "DRIVER={MariaDB Unicode};SERVER=127.0.0.1;PORT=$port;DATABASE=legacy;UID=reader;PWD=reader;CHARSET=utf8mb4;" \
        out.parquet "SELECT supply_point_id, period_from, period_until, usage_kwh, updated_at FROM meter_reading"
}
for run in $(seq "$runs"); do
    ours=$(seconds extract); of_ours=$(cat memory)
    echo "run $run: bunri extract $ours s, $(echo "$rows / $ours" | bc) rows/s, $of_ours"
    if command -v "$peer" >/dev/null; then
        theirs=$(seconds other); of_theirs=$(cat memory)
        echo "run $run: $(basename "$peer") $theirs s, $(echo "$rows / $theirs" | bc) rows/s, $of_theirs; ratio $(echo "scale=2; $theirs / $ours" | bc)"
    fi
done
