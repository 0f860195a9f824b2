"""The peer of extraction: DuckDB's SQLite scanner copies every table of the legacy database to Parquet.

`scanner.py LEGACY OUT`. It checks no page and no value, counts and sums nothing, sorts nothing, and takes every column as
text, because a value that is not of its declared type ends it otherwise.
"""

import os
import pathlib
import sys

import duckdb
import duckdb_extension_sqlite_scanner

from legacy import tables


def main(legacy, out):
    folder = pathlib.Path(duckdb_extension_sqlite_scanner.__file__).parent
    (extension,) = folder.rglob("*.duckdb_extension")
    db = duckdb.connect()
    db.execute(f"LOAD '{extension}'")
    db.execute("SET sqlite_all_varchar = true")
    db.execute(f"SET memory_limit = '{os.environ.get('MEMORY', '2GiB')}'")
    db.execute(f"SET threads = {os.environ.get('THREADS', '2')}")
    out.mkdir()
    for name in tables(legacy):
        path = out / f"{name}.parquet"
        db.execute(f"""COPY (SELECT * FROM sqlite_scan('{legacy}', '{name}')) TO '{path}' (FORMAT parquet, COMPRESSION zstd)""")


main(*map(pathlib.Path, sys.argv[1:]))
