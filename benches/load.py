"""How fast a store is loaded into PostgreSQL, beside `psql \\copy` of the same rows as CSV in the same run, and how long the way back takes.

    load.py BUNRI REPOSITORY [ROWS] [RUNS]      prints a table; needs a server's programs and psql

A server is started in a folder that vanishes. Both make the same table, fill it, and give it its key, in one transaction, in a database of
their own. bunri also checks every byte of the store first (C1, C6), and is timed with that and without. Each run is every contender
once, in turn; medians."""

import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from postgresql import BUNRI, PROGRAMS, READING, REPOSITORY, ROWS, RUNS, TABLES, as_user, timed

DDL = ("CREATE TABLE reading (point text, at timestamp, kwh numeric(10,3), flag bigint, quality text, meter bigint)",
       "ALTER TABLE reading ADD PRIMARY KEY (point, at)")


def main():
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
        server = subprocess.Popen(
            [PROGRAMS / "postgres", "-D", data / "d", "-p", str(port), "-k", data, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
             "-c", "autovacuum=off", "-c", "max_wal_size=8GB", "-c", "shared_buffers=512MB", "-c", "maintenance_work_mem=256MB"],
            cwd=data, stderr=subprocess.DEVNULL, **as_user())
        try:
            bench(folder, port)
        finally:
            server.send_signal(2)
            server.wait()


def bench(folder, port):
    psql = [PROGRAMS / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
    while subprocess.run([*psql, "-c", "SELECT 1"], capture_output=True, check=False).returncode:
        time.sleep(0.1)
    for statement in TABLES.format(last=ROWS - 1).split(";\n"):
        if statement.strip():
            subprocess.run([*psql, "-c", statement], check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(REPOSITORY / "samples/catalogues/valid/minimal", folder / "catalogue")
    (folder / "catalogue/tables/reading.toml").write_text(READING, encoding="utf-8")
    (folder / "job.toml").write_text(
        'label = "bench"\nkind = "rehearsal"\ncutover = 2026-04-01\n'
        f'[source.postgresql]\nhost = "127.0.0.1"\nport = {port}\ndatabase = "postgres"\nuser = "postgres"\n'
        '[catalogue]\npath = "catalogue"\n[output]\ncustody = "out/custody"\nretail = "out/retail"\n'
        '[limits]\nmemory = "512MiB"\nthreads = 2\n', encoding="utf-8")
    for stage in ("extract", "split"):
        timed([BUNRI, stage, folder / "job.toml"])
    store = folder / "out/custody/transmission"
    target = folder / "target.toml"
    target.write_text(f'store = "transmission"\n[postgresql]\nhost = "127.0.0.1"\nport = {port}\ndatabase = "target"\nuser = "postgres"\n'
                      'schema = "customer"\n', encoding="utf-8")
    csv = folder / "reading.csv"
    with csv.open("wb") as out:
        subprocess.run([*psql, "-c", "COPY (SELECT * FROM reading ORDER BY point, at) TO STDOUT (FORMAT csv)"], check=True, stdout=out)
    script = folder / "copy.sql"
    script.write_text(f"BEGIN;\n{DDL[0]};\n\\copy reading FROM '{csv}' (FORMAT csv, FREEZE)\n{DDL[1]};\nCOMMIT;\n", encoding="utf-8")

    def fresh(database):
        subprocess.run([*psql, "-c", f"DROP DATABASE IF EXISTS {database}"], check=True, stderr=subprocess.DEVNULL)
        subprocess.run([*psql, "-c", f"CREATE DATABASE {database}"], check=True)
        subprocess.run([*psql, "-d", database, "-c", "CREATE SCHEMA customer", "-c", "CHECKPOINT"], check=True)

    def load():
        fresh("target")
        return timed([BUNRI, "load", store, "--into", target])

    def copy():
        fresh("copied")
        return timed([*psql, "-d", "copied", "-f", script])

    contenders = {
        "`bunri load`": load,
        "`bunri verify --store`, its check before": lambda: timed([BUNRI, "verify", "--store", store]),
        "`psql \\copy` of CSV": copy,
        "`bunri verify --loaded`": lambda: timed([BUNRI, "verify", "--store", store, "--loaded", target]),
    }
    seen = {name: [] for name in contenders}
    for run in range(RUNS + 1):
        for name, contender in contenders.items():
            figures = contender()
            # The first run warms the server's memory.
            if run:
                seen[name].append(figures)
    print(f"{ROWS:,} rows of one table, {RUNS} runs, medians; {os.cpu_count()} cores, the server on the same machine.\n")
    print("| | seconds | rows a second | of its own processor | peak MiB |")
    print("|---|---:|---:|---:|---:|")
    for name, runs in seen.items():
        seconds, processor, memory = (statistics.median(run[place] for run in runs) for place in range(3))
        print(f"| {name} | {seconds:.1f} | {ROWS / seconds / 1e6:.2f} M | {processor:.1f} | {memory:.0f} |")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
