"""How fast a table of PostgreSQL is extracted, beside what others make of the same table in the same run.

    postgresql.py BUNRI REPOSITORY [ROWS] [RUNS]      prints a page; needs a server's programs, psql, connectorx, the ADBC
                                                      driver, duckdb and duckdb-extension-postgres-scanner

A server is started in a folder that vanishes. Peers read the table and throw it away, or keep it in memory; bunri counts and sums every
column, checks the key, and writes typed, hashed Parquet with its manifest. Each run is every contender once, in turn; medians."""

import glob
import os
import pathlib
import pwd
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

BUNRI, REPOSITORY = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
ROWS = int(sys.argv[3]) if len(sys.argv) > 3 else 13_000_000
RUNS = int(sys.argv[4]) if len(sys.argv) > 4 else 3
THREADS = int(os.environ.get("THREADS", "2"))
PROGRAMS = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])

TABLES = """
CREATE TABLE code_retailer (retailer_code text COLLATE "C" PRIMARY KEY, retailer_name text);
INSERT INTO code_retailer VALUES ('99010', '甲電力'), ('99020', '乙でんき');
CREATE TABLE supply_period (supply_point_id text, valid_from text, valid_until text, retailer_code text);
INSERT INTO supply_period VALUES ('9000000000000000000001', '2010-04-01', '9999-12-31', '99010');
CREATE TABLE meter_reading (supply_point_id text COLLATE "C", period_from text COLLATE "C", period_until text, usage_kwh numeric(12,1),
    updated_at text);
INSERT INTO meter_reading VALUES ('9000000000000000000001', '2026-01-01', '2026-01-31', 123.4, '2026-02-02 09:00:00');
CREATE TABLE reading (point text COLLATE "C", at timestamp, kwh numeric(10, 3), flag smallint, quality varchar(4), meter bigint,
    PRIMARY KEY (point, at));
INSERT INTO reading SELECT lpad((i / 48)::text, 22, '0'), timestamp '2024-04-01' + (i % 48) * interval '30 min',
    ((i::bigint * 7919) % 100000) / 1000.0, i % 4, CASE WHEN i % 11 = 0 THEN NULL ELSE 'OK' END, i::bigint * 13
    FROM generate_series(0, {last}) i;
VACUUM ANALYZE;
"""

READING = """table = "reading"
key = ["point", "at"]
rows = "all_transmission"
basis = "bench"
[columns]
point = "transmission_only"
at = "transmission_only"
kwh = "transmission_only"
flag = "transmission_only"
quality = "transmission_only"
meter = "transmission_only"
[types]
at = "timestamp"
kwh = "decimal(10,3)"
flag = "int"
meter = "int"
"""

# A process of its own for each, so that its memory is its own.
CONNECTORX = """
import connectorx
table = connectorx.read_sql("postgresql://postgres@127.0.0.1:{port}/postgres", "SELECT * FROM reading", return_type="arrow")
assert table.num_rows == {rows}
"""
ADBC = """
import adbc_driver_postgresql.dbapi as adbc
with adbc.connect("postgresql://postgres@127.0.0.1:{port}/postgres") as connection, connection.cursor() as cursor:
    cursor.execute("SELECT * FROM reading")
    assert sum(batch.num_rows for batch in cursor.fetch_record_batch()) == {rows}
"""
# Its extension comes from the package index, because its own server of extensions is not reached from everywhere.
DUCKDB = """
import pathlib
import duckdb
import duckdb_extension_postgres_scanner as scanner
(extension,) = pathlib.Path(scanner.__file__).parent.rglob("*.duckdb_extension")
db = duckdb.connect()
db.execute(f"LOAD '{{extension}}'")
db.execute("SET threads = 2")
db.execute("ATTACH 'host=127.0.0.1 port={port} user=postgres dbname=postgres' AS legacy (TYPE postgres, READ_ONLY)")
DO
"""
# Read and thrown away, as the others do; and written, which is what a person would do with it.
DROP = """
reader = db.execute("SELECT * FROM legacy.reading").fetch_record_batch(100_000)
assert sum(batch.num_rows for batch in reader) == {rows}
"""
KEEP = """
db.execute("COPY (SELECT * FROM legacy.reading) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
"""


def as_user():
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid}


def at_once(commands):
    """The same of several commands at one time: seconds until the last of them ends, processor seconds of all, the largest peak."""
    begun = time.monotonic()
    processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    used = [os.wait4(process.pid, 0)[1:] for process in processes]
    if any(status for status, _ in used):
        sys.exit(f"{commands[0]} failed")
    processor = sum(usage.ru_utime + usage.ru_stime for _, usage in used)
    return time.monotonic() - begun, processor, max(usage.ru_maxrss for _, usage in used) / 1024


def timed(command, **more):
    """Seconds, processor seconds and peak MiB of a command."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    errors = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command}: {errors.decode()}")
    return time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(bench):
    with tempfile.TemporaryDirectory(prefix="bunri-bench-") as folder:
        folder = pathlib.Path(folder)
        data = folder / "pg"
        data.mkdir()
        if os.getuid() == 0:
            os.chmod(folder, 0o755)
            shutil.chown(data, "postgres", "postgres")
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        subprocess.run([PROGRAMS / "initdb", "-D", data / "d", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"],
                       check=True, stdout=subprocess.DEVNULL, cwd=data, **as_user())
        log = open(folder / "server.log", "wb")
        server = subprocess.Popen(
            [PROGRAMS / "postgres", "-D", data / "d", "-p", str(port), "-k", data, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
             "-c", "autovacuum=off", "-c", "max_wal_size=8GB", "-c", "shared_buffers=512MB", "-c", "log_min_duration_statement=0"],
            cwd=data, stderr=log, **as_user())
        try:
            bench(folder, port)
        finally:
            server.send_signal(2)
            server.wait()


def psql_of(port):
    """The command that asks the server."""
    return [PROGRAMS / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]


def load(folder, port):
    """Makes the tables, when the server answers, and the catalogue."""
    psql = psql_of(port)
    while subprocess.run([*psql, "-c", "SELECT 1"], capture_output=True, check=False).returncode:
        time.sleep(0.1)
    for statement in TABLES.format(last=ROWS - 1).split(";\n"):
        if statement.strip():
            subprocess.run([*psql, "-c", statement], check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(REPOSITORY / "samples/catalogues/valid/minimal", folder / "catalogue")
    (folder / "catalogue/tables/reading.toml").write_text(READING, encoding="utf-8")


def write_job(folder, port, threads):
    (folder / "job.toml").write_text(
        'label = "bench"\nkind = "rehearsal"\ncutover = 2026-04-01\n'
        f'[source.postgresql]\nhost = "127.0.0.1"\nport = {port}\ndatabase = "postgres"\nuser = "postgres"\n'
        '[catalogue]\npath = "catalogue"\n[output]\ncustody = "out/custody"\nretail = "out/retail"\n'
        f'[limits]\nmemory = "512MiB"\nthreads = {threads}\n', encoding="utf-8")


def bench(folder, port):
    psql = psql_of(port)
    load(folder, port)
    write_job(folder, port, THREADS)
    statements = []

    def extract():
        shutil.rmtree(folder / "out", ignore_errors=True)
        log = folder / "server.log"
        seen = log.stat().st_size
        figures = timed([BUNRI, "extract", folder / "job.toml"])
        # What the server's connections themselves took for the rows, and for everything else.
        said = log.read_bytes()[seen:].decode(errors="replace")
        taken = re.findall(r"duration: ([0-9.]+) ms +(.*)", said)
        rows = sum(float(ms) for ms, what in taken if "COPY (" in what) / 1000
        statements.append((rows, sum(float(ms) for ms, _ in taken) / 1000 - rows))
        return figures

    def halves():
        pages = subprocess.run([*psql, "-A", "-t", "-c", "SELECT pg_relation_size('reading') / current_setting('block_size')::bigint / 2"],
                               check=True, capture_output=True, text=True).stdout.strip()
        return [[*psql, "-c", f"COPY (SELECT * FROM reading WHERE ctid {where} '({pages},0)') TO STDOUT (FORMAT binary)"]
                for where in ("<", ">=")]

    def duckdb(end):
        text = DUCKDB.replace("DO\n", end)
        return [sys.executable, "-c", text.format(port=port, rows=ROWS, out=folder / "duckdb.parquet")]

    contenders = {
        "`bunri extract`": extract,
        "`COPY … BINARY`, thrown away": lambda: timed([*psql, "-c", "COPY reading TO STDOUT (FORMAT binary)"]),
        "the same by two connections, each half of the pages": lambda: at_once(halves()),
        "`COPY … CSV`, thrown away": lambda: timed([*psql, "-c", "COPY reading TO STDOUT (FORMAT csv)"]),
        "ConnectorX, to Arrow": lambda: timed([sys.executable, "-c", CONNECTORX.format(port=port, rows=ROWS)]),
        "ADBC, batch by batch": lambda: timed([sys.executable, "-c", ADBC.format(port=port, rows=ROWS)]),
        "DuckDB's scanner, batch by batch": lambda: timed(duckdb(DROP)),
        "DuckDB's scanner, to Parquet": lambda: timed(duckdb(KEEP)),
    }
    seen = {name: [] for name in contenders}
    for run in range(RUNS + 1):
        for name, contender in contenders.items():
            figures = contender()
            # The first run warms the server's memory.
            if run:
                seen[name].append(figures)
    ours = statistics.median(seconds for seconds, _, _ in seen["`bunri extract`"])
    print(f"{ROWS:,} rows of one table, {RUNS} runs, medians; {os.cpu_count()} cores, the server on the same machine.\n")
    print("| | seconds | rows a second | of its own processor | peak MiB | bunri's seconds to these |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, runs in seen.items():
        seconds, processor, memory = (statistics.median(run[place] for run in runs) for place in range(3))
        print(f"| {name} | {seconds:.1f} | {ROWS / seconds / 1e6:.2f} M | {processor:.1f} | {memory:.0f} | {ours / seconds:.2f} |")
    rows, others = (statistics.median(run[place] for run in statements[1:]) for place in range(2))
    one, two = (statistics.median(seconds for seconds, _, _ in seen[name])
                for name in ("`COPY … BINARY`, thrown away", "the same by two connections, each half of the pages"))
    print(f"\nBy the server's log its connections gave rows to bunri for {rows:.1f} s, all together, and made the figures, and the rest, for"
          f" {others:.1f} s: one gives rows at {one / rows:.2f} of the rate of one alone that is thrown away, and at {2 * two / rows:.2f} of that of"
          f" one of two at once.")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(bench)
